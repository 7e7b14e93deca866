/**
 * The same rules through the front door: real tokens of the auth service, the gateway, PostgREST and
 * supabase-js with the generated types.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import type { Session, SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from '@sotto/local-supabase/testing';
import type { TestStack } from '@sotto/local-supabase/testing';
import type { Database } from '../database.types.ts';
import { accessMatrix } from './access-matrix.ts';
import { addDirectChat, equipPerson } from './world.ts';
import type { Person } from './world.ts';

type Client = SupabaseClient<Database>;
type TableName = keyof Database['public']['Tables'];

interface SignedIn {
  rest: Client;
  person: Person;
}

let stack: TestStack;
let client: pg.Client;
let relay: Client;
let visitor: Client;
let ada: SignedIn;
let bob: SignedIn;
let eve: SignedIn;
let chatId: string;

const connect = (key: string): Client =>
  createClient<Database>(stack.url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never },
  });

const sessionIdOf = (session: Session): string => {
  const payload = session.access_token.split('.')[1] ?? '';
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { session_id: string };
  return claims.session_id;
};

async function signUp(name: string): Promise<SignedIn> {
  const rest = connect(stack.publishableKey);
  const { data, error } = await rest.auth.signUp({
    email: `${name}@example.org`,
    password: randomBytes(16).toString('hex'),
  });
  if (!data.session || !data.user) throw new Error(`sign-up failed: ${error?.message}`);
  return { rest, person: await equipPerson(client, data.user.id, sessionIdOf(data.session)) };
}

beforeAll(async () => {
  stack = await startTestStack();
  client = new pg.Client(stack.databaseUrl);
  await client.connect();
  relay = connect(stack.secretKey);
  visitor = connect(stack.publishableKey);
  ada = await signUp('ada');
  bob = await signUp('bob');
  eve = await signUp('eve');
  chatId = await addDirectChat(client, ada.person, bob.person);
  await appendAs(ada.person, randomUUID(), randomBytes(50));
  await relay.rpc('relay_put_receipt', {
    p_user: ada.person.userId,
    p_device: ada.person.deviceId,
    p_chat: chatId,
    p_ciphertext: randomBytes(50).toString('base64'),
  });
});

afterAll(async () => {
  await client.end();
  await stack.stop();
});

const appendAs = async (person: Person, clientId: string, ciphertext: Buffer) =>
  await relay.rpc('append_messages', {
    p_chats: [chatId],
    p_senders: [person.userId],
    p_devices: [person.deviceId],
    p_client_ids: [clientId],
    p_ciphertexts: [ciphertext.toString('base64')],
  });

const tables = Object.keys(accessMatrix)
  .filter((name) => name.startsWith('public.'))
  .map((name) => name.slice('public.'.length) as TableName);

const isReadable = (table: string) => accessMatrix[`public.${table}`]?.serviceRole === 'rows';

describe('the secret key', () => {
  test('appends and repeats through the RPC', async () => {
    const clientId = randomUUID();
    const ciphertext = randomBytes(50);

    const first = await appendAs(ada.person, clientId, ciphertext);
    const again = await appendAs(ada.person, clientId, ciphertext);

    expect(first.data).toMatchObject([{ ordinal: 1, seq: 2, outcome: 'ok', duplicate: false }]);
    expect(again.data).toMatchObject([{ seq: 2, outcome: 'ok', duplicate: true }]);
  });

  test('gets refusals as HTTP statuses with one word', async () => {
    const answer = await relay.rpc('relay_find_person', { p_handle: 'nobody.here' });

    expect(answer.status).toBe(404);
    expect(answer.error).toMatchObject({ code: 'PT404', message: 'no_person', details: null });
  });

  const request = async (table: string, method: string, body?: object) =>
    await fetch(`${stack.url}/rest/v1/${table}`, {
      method,
      headers: { apikey: stack.secretKey, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });

  test.each(tables.filter((table) => !isReadable(table)))(
    'neither reads, changes nor deletes %s',
    async (table) => {
      const answers = [
        await request(table, 'GET'),
        await request(table, 'PATCH', { prekey_id: 1 }),
        await request(table, 'DELETE'),
      ];

      for (const answer of answers) {
        expect(answer.status).toBe(403);
        expect(await answer.json()).toMatchObject({ code: '42501' });
      }
    },
  );

  test.each(tables.filter(isReadable))('reads but cannot change or delete %s', async (table) => {
    const [row] = (await (await request(table, 'GET')).json()) as Record<string, unknown>[];
    const { id: _id, ...sameRow } = row ?? {};

    const answers = [await request(table, 'PATCH', sameRow), await request(table, 'DELETE')];

    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: '42501' });
    }
  });

  test('does not reach the private schema', async () => {
    const { error } = await relay.schema('private' as 'public').rpc('append_messages', {} as never);

    expect(error?.code).toBe('PGRST106');
  });
});

describe('a person’s token', () => {
  test('reads the messages of own chats and nobody else’s', async () => {
    const read = async ({ rest }: SignedIn) =>
      (await rest.from('messages').select('seq').eq('seq', 1)).data;

    expect(await read(ada)).toEqual([{ seq: 1 }]);
    expect(await read(bob)).toEqual([{ seq: 1 }]);
    expect(await read(eve)).toEqual([]);
  });

  test('sees people it shares a chat with', async () => {
    const see = async ({ rest }: SignedIn) =>
      (await rest.from('profiles').select('user_id')).data?.map(({ user_id }) => user_id).sort();

    expect(await see(ada)).toEqual([ada.person.userId, bob.person.userId].sort());
    expect(await see(eve)).toEqual([eve.person.userId]);
  });

  test.each([
    ['append_messages', {}],
    ['relay_get_account', { p_user: randomUUID() }],
    ['relay_register_device', { p_user: randomUUID() }],
  ])('cannot call %s', async (name, parameters) => {
    const { error, status } = await ada.rest.rpc(name as never, parameters as never);

    expect([401, 403, 404]).toContain(status);
    expect(['42501', 'PGRST202']).toContain(error?.code);
  });

  test('cannot add a message', async () => {
    const { error } = await ada.rest.from('messages').insert({
      chat_id: chatId,
      seq: 2,
      client_id: randomUUID(),
      sender_id: ada.person.userId,
      sender_device_id: ada.person.deviceId,
      ciphertext: '\\x00',
      created_at: new Date().toISOString(),
    });

    expect(error?.code).toBe('42501');
  });

  test('reads nothing after signing out, though the token has not expired', async () => {
    const carol = await signUp('carol');
    const { data } = await carol.rest.auth.getSession();
    const read = async () => {
      const answer = await fetch(`${stack.url}/rest/v1/profiles?select=user_id`, {
        headers: {
          apikey: stack.publishableKey,
          authorization: `Bearer ${data.session?.access_token}`,
        },
      });
      return answer.ok ? await answer.json() : [];
    };
    expect(await read()).toEqual([{ user_id: carol.person.userId }]);

    await carol.rest.auth.signOut();

    expect(await read()).toEqual([]);
  });

  test('reads nothing once its device is revoked', async () => {
    const dave = await signUp('dave');
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [dave.person.deviceId],
    );

    expect((await dave.rest.from('profiles').select('user_id')).data).toEqual([]);
  });
});

test.each(tables)('without a token nobody reads %s', async (table) => {
  const { error } = await visitor.from(table).select('*').limit(1);

  expect(error?.code).toBe('42501');
});
