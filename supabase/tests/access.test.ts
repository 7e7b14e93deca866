import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { accessMatrix, actors } from './access-matrix.ts';
import type { Actor, Outcome } from './access-matrix.ts';
import {
  addDirectChat,
  addFactor,
  addForeignFactor,
  addPerson,
  addSession,
  append,
  base64,
  call,
  newLink,
  newPreKeys,
  newVault,
} from './world.ts';
import type { Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;
let columns: Map<string, string[]>;
const people = new Map<Actor, Person>();
/** Per table: which row the matrix speaks of. */
let rowInQuestion: Record<string, string>;

const operations = ['select', 'insert', 'update', 'delete', 'truncate'] as const;
type Operation = (typeof operations)[number];

const person = (actor: Actor): Person => people.get(actor) as Person;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
  for (const actor of actors.filter((name) => name !== 'anon' && name !== 'serviceRole')) {
    people.set(actor, await addPerson(client));
  }
  const owner = person('owner');
  const chatId = await addDirectChat(client, owner, person('member'));
  // Direct chats have two members; the others join (or have left) behind the functions' back.
  await client.query(
    `insert into public.chat_members (chat_id, user_id, left_seq)
     values ($1, $2, 1), ($1, $3, null), ($1, $4, null), ($1, $5, null)`,
    [
      chatId,
      person('removedMember').userId,
      person('revokedDevice').userId,
      person('endedSession').userId,
      person('withoutFactor').userId,
    ],
  );
  await append(client, [{ chatId, sender: owner }]);
  await call(client, 'relay_put_receipt', {
    p_user: owner.userId,
    p_device: owner.deviceId,
    p_chat: chatId,
    p_ciphertext: base64(40),
  });
  await call(client, 'relay_put_prekeys', {
    p_user: owner.userId,
    p_device: owner.deviceId,
    p_prekeys: newPreKeys({ oneTime: 2, oneTimeKem: 2 }),
  });
  await call(client, 'relay_claim_prekeys', {
    p_user: person('member').userId,
    p_device: person('member').deviceId,
    p_owner: owner.userId,
    p_target: owner.deviceId,
  });
  await call(client, 'relay_audit', {
    p_user: owner.userId,
    p_device: owner.deviceId,
    p_action: 'chat.create',
    p_detail: {},
  });
  await client.query(
    'update public.devices set is_active = false, revoked_at = now() where id = $1',
    [person('revokedDevice').deviceId],
  );
  await addFactor(client, person('withoutFactor').userId);
  // Takes nothing from what its owner may read.
  await addForeignFactor(client, owner.userId);
  await call(client, 'relay_create_device_link', {
    p_user: owner.userId,
    p_session: owner.sessionId,
    p_link: newLink(),
  });
  await call(client, 'relay_put_second_factor_backup', {
    p_user: owner.userId,
    p_device: owner.deviceId,
    p_backup: {
      factorId: randomUUID(),
      underRecoveryKey: base64(80),
      underVaultKey: base64(80),
    },
  });
  // Another session of the same user lives on, without a device.
  await addSession(client, person('endedSession').userId);
  await client.query('delete from auth.sessions where id = $1', [person('endedSession').sessionId]);

  const own = `user_id = '${owner.userId}'`;
  const ofChat = `chat_id = '${chatId}'`;
  const ofDevice = `device_id = '${owner.deviceId}'`;
  rowInQuestion = {
    'public.profiles': own,
    'public.account_vaults': own,
    'public.devices': own,
    'public.device_manifests': own,
    'public.chats': `id = '${chatId}'`,
    'public.chat_members': `${ofChat} and ${own}`,
    'public.chat_key_epochs': ofChat,
    'public.chat_key_wraps': `${ofChat} and ${own}`,
    'public.messages': ofChat,
    'public.message_receipts': ofChat,
    'public.signed_prekeys': ofDevice,
    'public.kem_prekeys': ofDevice,
    'public.one_time_prekeys': ofDevice,
    'private.prekey_claims': ofDevice,
    'private.audit_events': own,
    'private.device_links': own,
    'private.ended_sessions': `id = '${person('endedSession').sessionId}'`,
    'private.second_factor_backups': own,
  };
  columns = new Map();
  const { rows } = await client.query<{ table: string; column: string; generated: boolean }>(
    `select c.table_schema || '.' || c.table_name as table, c.column_name as column,
            c.identity_generation is not null as generated
     from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where t.table_type = 'BASE TABLE' and c.table_schema in ('public', 'private')
     order by c.ordinal_position`,
  );
  for (const { table, column, generated } of rows) {
    columns.set(table, [...(columns.get(table) ?? []), ...(generated ? [] : [column])]);
  }
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** One statement as this actor, in a transaction that is rolled back. */
async function attempt(actor: Actor, table: string, operation: Operation): Promise<Outcome> {
  const where = rowInQuestion[table] as string;
  const [first = ''] = columns.get(table) ?? [];
  const list = (columns.get(table) ?? []).join(', ');
  const statements: Record<Operation, string> = {
    select: `select 1 from ${table} where ${where}`,
    // A row that exists, so that only privileges and policies stand in the way.
    insert: `insert into ${table} (${list}) select ${list} from pg_temp.row_in_question`,
    update: `update ${table} set ${first} = ${first} where ${where}`,
    delete: `delete from ${table} where ${where}`,
    truncate: `truncate ${table} cascade`,
  };
  await client.query('begin');
  try {
    if (operation === 'insert') {
      await client.query(
        `create temporary table row_in_question on commit drop as select * from ${table} where ${where};
         grant select on pg_temp.row_in_question to public;`,
      );
    }
    await become(actor);
    const { rowCount } = await client.query(statements[operation]);
    return rowCount === 0 ? 'none' : 'rows';
  } catch (error) {
    if ((error as pg.DatabaseError).code === '42501') return 'denied';
    throw error;
  } finally {
    await client.query('rollback');
  }
}

async function become(actor: Actor): Promise<void> {
  const role = { anon: 'anon', serviceRole: 'service_role' }[actor as string] ?? 'authenticated';
  const who = people.get(actor);
  const claims = who
    ? { sub: who.userId, session_id: who.sessionId, role, aud: 'authenticated' }
    : { role };
  await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
  await client.query(`set local role ${role}`);
}

test.each(['revokedDevice', 'endedSession', 'withoutFactor'] as const)(
  '%s sees no row at all, not even its own',
  async (actor) => {
    const seen: [string, number | null][] = [];
    for (const [table, row] of Object.entries(accessMatrix)) {
      if (row[actor] === 'denied') continue;
      await client.query('begin');
      await become(actor);
      seen.push([table, (await client.query(`select 1 from ${table}`)).rowCount]);
      await client.query('rollback');
    }

    expect(seen.filter(([, rowCount]) => rowCount !== 0)).toEqual([]);
    expect(seen).toHaveLength(10);
  },
);

test('every table has a row in the matrix, and every row a table', () => {
  expect([...columns.keys()].sort()).toEqual(Object.keys(accessMatrix).sort());
  expect(Object.keys(rowInQuestion).sort()).toEqual(Object.keys(accessMatrix).sort());
});

describe.each(Object.entries(accessMatrix))('%s', (table, row) => {
  test('has the row in question', async () => {
    const { rowCount } = await client.query(`select from ${table} where ${rowInQuestion[table]}`);

    expect(rowCount).toBeGreaterThan(0);
  });

  describe.each(actors)('%s', (actor) => {
    test.each(operations)('%s', async (operation) => {
      const expected = operation === 'select' ? row[actor] : 'denied';

      expect(await attempt(actor, table, operation)).toBe(expected);
    });
  });
});

describe('a token of an authenticated user', () => {
  const count = async (claims: object, table: string): Promise<number> => {
    await client.query('begin');
    try {
      await client.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ role: 'authenticated', aud: 'authenticated', ...claims }),
      ]);
      await client.query('set local role authenticated');
      const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${table}`);
      return rows[0]?.n ?? -1;
    } finally {
      await client.query('rollback');
    }
  };

  test('reads nothing without a session id, with a stranger’s, or with one of another user', async () => {
    const { userId, sessionId } = person('owner');

    expect(await count({ sub: userId, session_id: sessionId }, 'public.messages')).toBe(1);
    expect(await count({ sub: userId }, 'public.messages')).toBe(0);
    expect(
      await count({ sub: userId, session_id: person('member').sessionId }, 'public.messages'),
    ).toBe(0);
    expect(await count({ sub: userId, session_id: crypto.randomUUID() }, 'public.messages')).toBe(
      0,
    );
  });

  test('reads nothing once its session is past its end', async () => {
    const { userId, sessionId } = await addPerson(client);
    const own = { sub: userId, session_id: sessionId };
    expect(await count(own, 'public.profiles')).toBe(1);

    await client.query(
      `update auth.sessions set not_after = now() - interval '1 second' where id = $1`,
      [sessionId],
    );

    expect(await count(own, 'public.profiles')).toBe(0);
  });

  test('is not believed what it says in user metadata', async () => {
    const { userId, sessionId } = person('otherUser');
    const claims = { sub: userId, session_id: sessionId };
    const metadata = { user_metadata: { sub: person('owner').userId, role: 'service_role' } };

    expect(await count({ ...claims, ...metadata }, 'public.messages')).toBe(0);
  });

  test('reads the device wraps of the own vault alone', async () => {
    const wraps = base64(2800);
    await call(client, 'relay_put_vault', {
      p_user: person('owner').userId,
      p_session: person('owner').sessionId,
      p_vault: { ...newVault(2), deviceWraps: wraps },
    });
    const seenBy = async (actor: Actor) => {
      await client.query('begin');
      await become(actor);
      const { rows } = await client.query<{ wraps: Buffer }>(
        'select device_wraps as wraps from public.account_vaults where device_wraps is not null',
      );
      await client.query('rollback');
      return rows.map((row) => row.wraps.toString('base64'));
    };

    expect(await seenBy('owner')).toEqual([wraps]);
    for (const actor of ['member', 'otherUser', 'endedSession', 'withoutFactor'] as const) {
      expect(await seenBy(actor)).toEqual([]);
    }
  });

  test('cannot call the functions of the policies by name', async () => {
    await client.query('begin');
    await client.query('set local role authenticated');
    const call = client.query('select private.my_chat_ids()');

    await expect(call).rejects.toMatchObject({ code: '42501' });
    await client.query('rollback');
  });

  test('does not see the auth session ids of its own devices', async () => {
    await client.query('begin');
    await client.query('set local role authenticated');

    await expect(client.query('select auth_session_id from public.devices')).rejects.toMatchObject({
      code: '42501',
    });
    await client.query('rollback');
  });
});
