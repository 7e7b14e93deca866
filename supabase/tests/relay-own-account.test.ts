import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits } from '@sotto/protocol';
import {
  addDirectChat,
  addFactor,
  addPerson,
  addSession,
  append,
  base64,
  call,
  newDevice,
  newLink,
  newManifest,
  newVault,
} from './world.ts';
import { backupOf, forgetBackup, putBackup } from './second-factor-backups.ts';
import { waitForLock } from './wait-for-lock.ts';
import type { Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const deleteAccount = (
  person: Person,
  sessionId = person.sessionId,
  deviceId: string | null = person.deviceId,
) =>
  call<{ chats: string[] }>(client, 'relay_delete_account', {
    p_user: person.userId,
    p_session: sessionId,
    p_device: deviceId,
  });
interface Event {
  id: number;
  action: string;
  deviceId: string | null;
  detail: Record<string, unknown>;
}

async function activityOf(person: Person): Promise<Event[]> {
  const { events } = await call<{ events: Event[] }>(client, 'relay_list_activity', {
    p_user: person.userId,
    p_before: null,
    p_limit: limits.activityPerPage,
  });
  return events;
}
const actionsOf = async (person: Person) =>
  (await activityOf(person)).map(({ action }) => action).reverse();

/** What the auth service notes, as it does. */
const noted = (payload: Record<string, unknown>) =>
  client.query(
    `insert into auth.audit_log_entries (id, payload, created_at)
     values (gen_random_uuid(), $1, now())`,
    [JSON.stringify(payload)],
  );

describe('a deleted account', () => {
  test('is named nowhere but in what others hold, the chain and the record', async () => {
    const [ada, bob] = [await addPerson(client), await addPerson(client)];
    const shared = await addDirectChat(client, ada, bob);
    await addDirectChat(client, ada, ada);
    await append(client, [{ chatId: shared, sender: ada }]);
    await putBackup(client, ada, backupOf());
    await call(client, 'relay_create_device_link', {
      p_user: ada.userId,
      p_session: ada.sessionId,
      p_link: newLink(),
    });
    await call(client, 'relay_put_receipt', {
      p_user: ada.userId,
      p_device: ada.deviceId,
      p_chat: shared,
      p_ciphertext: base64(40),
    });

    const { chats } = await deleteAccount(ada);

    expect(chats).toEqual([shared]);
    const { rows: columns } = await client.query<{ name: string; table: string; column: string }>(
      `select table_schema || '.' || table_name as table, column_name as column,
              table_schema || '.' || table_name || '.' || column_name as name
       from information_schema.columns where table_schema in ('public', 'private')`,
    );
    const named: string[] = [];
    for (const { name, table, column } of columns) {
      const { rowCount } = await client.query(
        `select from ${table} where ${column}::text like $1`,
        [`%${ada.userId}%`],
      );
      if (rowCount !== 0) named.push(name);
    }
    expect(named.sort()).toEqual([
      'private.audit_events.user_id',
      'public.chat_key_epochs.maker_user_id',
      'public.chat_key_wraps.sealed_by_user_id',
      'public.chats.direct_key',
      'public.device_manifests.user_id',
      'public.messages.sender_id',
    ]);
    expect((await actionsOf(ada)).at(-1)).toBe('account_deleted');
  });

  test('and the other one of a chat wait for each other: the later takes the chat along', async () => {
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    // The functions' way, and the auth service's own.
    for (const remove of [
      (person: Person, on: pg.Client) =>
        call(on, 'relay_delete_account', {
          p_user: person.userId,
          p_session: person.sessionId,
          p_device: person.deviceId,
        }),
      (person: Person, on: pg.Client) =>
        on.query('delete from auth.users where id = $1', [person.userId]),
    ]) {
      const [ada, bob] = [await addPerson(client), await addPerson(client)];
      const chatId = await addDirectChat(client, ada, bob);
      await append(client, [{ chatId, sender: ada }]);

      await client.query('begin');
      await remove(ada, client);
      const later = remove(bob, other);
      await waitForLock(client, other);
      await client.query('commit');
      await later;

      const { rowCount } = await client.query('select from public.chats where id = $1', [chatId]);
      expect(rowCount).toBe(0);
    }
    await other.end();
  });

  test('can be deleted again, and is recorded once', async () => {
    const ada = await addPerson(client);
    await deleteAccount(ada);

    expect(await deleteAccount(ada)).toEqual({ chats: [] });
    const deleted = (await actionsOf(ada)).filter((action) => action === 'account_deleted');
    expect(deleted).toHaveLength(1);
  });

  test('is deleted by a session of its own that lives and has given the second factor', async () => {
    const [ada, bob] = [await addPerson(client), await addPerson(client)];
    const ended = await addSession(client, ada.userId);
    await client.query('delete from auth.sessions where id = $1', [ended]);

    await expect(deleteAccount(ada, bob.sessionId)).rejects.toMatchObject({ code: 'PT403' });
    await expect(deleteAccount(ada, ended)).rejects.toMatchObject({ code: 'PT403' });
    await addFactor(client, ada.userId);
    await expect(deleteAccount(ada)).rejects.toMatchObject({ code: 'PT403' });
  });

  test('is deleted in the name of an active device of its own, while it has one', async () => {
    const [ada, bob] = [await addPerson(client), await addPerson(client)];
    const setActive = (isActive: boolean) =>
      client.query(
        `update public.devices set is_active = $2, revoked_at = case when $2 then null else now() end
         where id = $1`,
        [ada.deviceId, isActive],
      );
    const needed = { code: 'PT403', message: 'device_needed' };

    await expect(deleteAccount(ada, ada.sessionId, null)).rejects.toMatchObject(needed);
    await expect(deleteAccount(ada, ada.sessionId, bob.deviceId)).rejects.toMatchObject(needed);
    await expect(
      call(client, 'relay_delete_account', { p_user: ada.userId, p_session: ada.sessionId }),
    ).rejects.toMatchObject(needed);
    // The lock of the account that a removal holds comes first.
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    await client.query('begin');
    await client.query('select private.lock_account($1)', [ada.userId]);
    const later = call(other, 'relay_delete_account', {
      p_user: ada.userId,
      p_session: ada.sessionId,
      p_device: ada.deviceId,
    }).catch((error: unknown) => error);
    await waitForLock(client, other);
    await client.query(
      `insert into public.devices select (jsonb_populate_record(d, $2)).*
       from public.devices d where d.id = $1`,
      [ada.deviceId, { id: randomUUID(), number: 2, auth_session_id: null }],
    );
    await setActive(false);
    await client.query('commit');
    expect(await later).toMatchObject(needed);
    await other.end();
    await setActive(true);
    expect(await deleteAccount(ada)).toEqual({ chats: [] });
  });

  test('is finished by others only where its sign-in is left', async () => {
    const [ada, bob] = [await addPerson(client), await addPerson(client)];
    await deleteAccount(ada);
    await deleteAccount(bob);
    await client.query('delete from auth.users where id = $1', [bob.userId]);
    const unfinished = () => call<string[]>(client, 'relay_unfinished_deletions', {});
    const admin = new pg.Client(database.adminUrl);
    await admin.connect();

    // The relay that is at it is given half a minute.
    expect(await unfinished()).not.toContain(ada.userId);
    await admin.query('alter table private.audit_events disable trigger user');
    await admin.query(`update private.audit_events set at = at - interval '31 seconds'`);
    await admin.query('alter table private.audit_events enable trigger user');
    await admin.end();

    const found = await unfinished();
    expect(found).toContain(ada.userId);
    expect(found).not.toContain(bob.userId);
  });

  test('leaves a chain that nobody continues under its id', async () => {
    const ada = await addPerson(client);
    await deleteAccount(ada);
    await call(client, 'relay_put_profile', {
      p_user: ada.userId,
      p_handle: `again${ada.userId.slice(0, 8)}`,
      p_display_name: 'Ada',
      p_avatar_color: 1,
    });

    const register = call(client, 'relay_register_device', {
      p_user: ada.userId,
      p_session: ada.sessionId,
      p_device: newDevice(),
      p_manifest: newManifest(1, base64(33)),
    });

    await expect(register).rejects.toMatchObject({ code: 'PT409' });
  });
});

describe('the record of an account', () => {
  test('is written with the change, once each', async () => {
    const ada = await addPerson(client);
    const backup = backupOf();
    await putBackup(client, ada, backup);
    await putBackup(client, ada, backup);
    await putBackup(client, ada, backupOf());
    await forgetBackup(client, ada);
    await forgetBackup(client, ada);
    const vault = newVault(2);
    for (let time = 0; time < 2; time += 1) {
      await call(client, 'relay_put_vault', {
        p_user: ada.userId,
        p_session: ada.sessionId,
        p_vault: vault,
      });
    }

    expect(await actionsOf(ada)).toEqual([
      'vault_created',
      'device_registered',
      'second_factor_on',
      'second_factor_changed',
      'second_factor_off',
      'vault_changed',
    ]);
  });

  test('takes from the auth service what its owner should see, and no more', async () => {
    const ada = await addPerson(client);
    const actor_id = ada.userId;
    const before = await actionsOf(ada);
    for (const action of [
      'login',
      'token_refreshed',
      'token_revoked',
      'challenge_created',
      'verification_attempted',
      'factor_verified',
      'user_modified',
      'user_updated_password',
      'refresh_token_reused',
      'logout',
    ]) {
      await noted({ action, actor_id, traits: { ip: '192.0.2.1' } });
    }
    await noted({ action: 'factor_deleted', actor_id: null, subject_id: ada.userId });

    const events = await activityOf(ada);

    expect((await actionsOf(ada)).slice(before.length)).toEqual([
      'signed_in',
      'second_factor_tried',
      'second_factor_given',
      'password_changed',
      'session_reused',
      'signed_out',
      'second_factor_removed',
    ]);
    expect(JSON.stringify(events)).not.toContain('192.0.2.1');
  });

  test('never stands in the way of the auth service', async () => {
    await noted({ action: 'login', actor_id: 'not an id' });
    await noted({ action: 'login' });
    await noted({});
    const { rowCount } = await client.query(
      `insert into auth.audit_log_entries (id) values (gen_random_uuid())`,
    );

    expect(rowCount).toBe(1);
  });
});

test('sessions that ended are told for a while, whoever ended them', async () => {
  const ada = await addPerson(client);
  const other = await addSession(client, ada.userId);
  const ended = (seconds: number) =>
    call<{ devices: string[]; sessions: string[] }>(client, 'relay_ended_access', {
      p_within_seconds: seconds,
    });

  await client.query('delete from auth.sessions where id = $1', [other]);
  await client.query('delete from auth.users where id = $1', [ada.userId]);
  const { sessions } = await ended(30);
  await client.query(
    `update private.ended_sessions set ended_at = now() - interval '61 minutes' where id = $1`,
    [other],
  );

  expect(sessions).toEqual(expect.arrayContaining([other, ada.sessionId]));
  expect((await ended(30)).sessions).not.toContain(other);
  await call(client, 'relay_sweep', {});
  const { rows } = await client.query<{ id: string }>('select id from private.ended_sessions');
  expect(rows.map(({ id }) => id)).toContain(ada.sessionId);
  expect(rows.map(({ id }) => id)).not.toContain(other);
});
