import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { addDirectChat, addPerson, append, call } from './world.ts';
import type { Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;
let ada: Person;
let bob: Person;
let chatId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
  ada = await addPerson(client);
  bob = await addPerson(client);
  chatId = await addDirectChat(client, ada, bob);
  await append(client, [{ chatId, sender: ada }]);
  await call(client, 'relay_audit', {
    p_user: ada.userId,
    p_device: ada.deviceId,
    p_action: 'chat.create',
    p_detail: {},
  });
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

// The connection is the tables' owner, which no grant stops: the triggers alone refuse.
describe.each([
  ['public.messages', 'seq'],
  ['public.device_manifests', 'version'],
  ['public.chat_key_epochs', 'epoch'],
  ['private.audit_events', 'action'],
])('%s', (table, column) => {
  test.each([
    `update ${table} set ${column} = ${column}`,
    `delete from ${table}`,
    `truncate ${table} cascade`,
  ])('refuses its owner: %s', async (statement) => {
    await expect(client.query(statement)).rejects.toMatchObject({
      code: '42501',
      message: 'append_only',
    });
    const { rowCount } = await client.query(`select from ${table}`);
    expect(rowCount).toBeGreaterThan(0);
  });
});

test('an account key, once pinned, cannot be changed or cleared', async () => {
  const change = (to: string) =>
    client.query(`update public.profiles set account_key = ${to} where user_id = $1`, [ada.userId]);

  await expect(change('null')).rejects.toMatchObject({ message: 'account_key_pinned' });
  await expect(change(`decode(repeat('05', 33), 'hex')`)).rejects.toMatchObject({ code: '42501' });
});

// As whoever deletes all accounts but forgets the triggers: what nobody is in any more may go.
test('what a chat holds can be deleted once nobody is in it, and not before', async () => {
  const [carol, dan] = [await addPerson(client), await addPerson(client)];
  const shared = await addDirectChat(client, carol, dan);
  await append(client, [{ chatId: shared, sender: carol }]);
  const remove = (table: string) =>
    client.query(`delete from public.${table} where chat_id = $1`, [shared]);
  const left = async () =>
    (await client.query('select from public.messages where chat_id = $1', [shared])).rowCount;

  await client.query('update public.chat_members set left_seq = 1 where chat_id = $1', [shared]);
  for (const table of ['messages', 'chat_key_epochs']) {
    await expect(remove(table)).rejects.toMatchObject({ message: 'append_only' });
  }
  await client.query('delete from auth.users where id = $1', [carol.userId]);
  await expect(remove('messages')).rejects.toMatchObject({ code: '42501' });
  expect(await left()).toBe(1);
  await client.query('delete from auth.users where id = $1', [dan.userId]);

  expect(await left()).toBe(0);
  const { rows } = await client.query(
    `select
       (select count(*)::int from public.chats where id = $1) as chats,
       (select count(*)::int from public.chat_key_epochs where chat_id = $1) as epochs,
       (select count(*)::int from public.chat_key_wraps where chat_id = $1) as wraps,
       (select count(*)::int from public.message_receipts where chat_id = $1) as receipts`,
    [shared],
  );
  expect(rows[0]).toEqual({ chats: 0, epochs: 0, wraps: 0, receipts: 0 });
});

test('an account can be deleted: what it wrote and its manifests stay, the rest goes', async () => {
  const carol = await addPerson(client);
  const shared = await addDirectChat(client, carol, ada);
  await append(client, [{ chatId: shared, sender: carol }]);

  await client.query('delete from auth.users where id = $1', [carol.userId]);

  const counts = await client.query(
    `select
       (select count(*)::int from public.messages where sender_id = $1) as messages,
       (select count(*)::int from public.device_manifests where user_id = $1) as manifests,
       (select count(*)::int from public.chat_key_epochs where maker_user_id = $1) as epochs,
       (select count(*)::int from public.profiles where user_id = $1) as profiles,
       (select count(*)::int from public.account_vaults where user_id = $1) as vaults,
       (select count(*)::int from public.devices where user_id = $1) as devices,
       (select count(*)::int from public.chat_members where user_id = $1) as memberships,
       (select count(*)::int from public.chat_key_wraps where user_id = $1) as wraps,
       (select count(*)::int from public.chat_key_wraps where user_id = $2) as partner_wraps`,
    [carol.userId, ada.userId],
  );
  expect(counts.rows[0]).toEqual({
    messages: 1,
    manifests: 1,
    epochs: 1,
    profiles: 0,
    vaults: 0,
    devices: 0,
    memberships: 0,
    wraps: 0,
    partner_wraps: 3,
  });
});
