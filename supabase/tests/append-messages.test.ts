import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { waitForLock } from './wait-for-lock.ts';
import { addDirectChat, addPerson, append } from './world.ts';
import type { AppendResult, Draft, Person } from './world.ts';

let database: TestDatabase;
let client: pg.Client;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
  ada = await addPerson(client);
  bob = await addPerson(client);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const outcomes = (results: AppendResult[]): string[] => results.map(({ outcome }) => outcome);
const numbers = (results: AppendResult[]): (number | null)[] => results.map(({ seq }) => seq);

const newChat = async (): Promise<string> =>
  await addDirectChat(client, ada, await addPerson(client));

/** A small seeded generator, so that a failure can be repeated. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

describe('append_messages', () => {
  test('numbers a chat from 1 in the order of the batch', async () => {
    const chatId = await newChat();

    const first = await append(client, [
      { chatId, sender: ada },
      { chatId, sender: ada },
    ]);
    const second = await append(client, [{ chatId, sender: ada }]);

    expect(first.map(({ ordinal }) => ordinal)).toEqual([1, 2]);
    expect(numbers([...first, ...second])).toEqual([1, 2, 3]);
    expect(first[0]?.created_at_ms).toBeGreaterThan(Date.now() - 60_000);
  });

  test('answers a repeat with the first number and time', async () => {
    const chatId = await newChat();
    const draft: Draft = {
      chatId,
      sender: ada,
      clientId: randomUUID(),
      ciphertext: randomBytes(9),
    };

    const [first] = await append(client, [draft]);
    const [second] = await append(client, [draft]);

    expect(first).toMatchObject({ seq: 1, outcome: 'ok', duplicate: false });
    expect(second).toEqual({ ...first, duplicate: true });
  });

  test('answers a repeat inside one batch with the same number', async () => {
    const chatId = await newChat();
    const draft: Draft = {
      chatId,
      sender: ada,
      clientId: randomUUID(),
      ciphertext: randomBytes(9),
    };

    const results = await append(client, [draft, { chatId, sender: ada }, draft]);

    expect(numbers(results)).toEqual([1, 2, 1]);
    expect(results.map(({ duplicate }) => duplicate)).toEqual([false, false, true]);
  });

  test('answers a repeat that overtakes the first commit with the same number', async () => {
    const chatId = await newChat();
    const draft: Draft = {
      chatId,
      sender: ada,
      clientId: randomUUID(),
      ciphertext: randomBytes(9),
    };
    const other = new pg.Client(database.databaseUrl);
    await other.connect();
    await client.query('begin');
    const [first] = await append(client, [draft]);

    const repeat = append(other, [draft, { chatId, sender: ada }]);
    await waitForLock(client, other);
    await client.query('commit');

    expect(await repeat).toMatchObject([{ ...first, duplicate: true }, { seq: 2 }]);
    await other.end();
  });

  test('refuses other bytes under a used client id, in one batch and across batches', async () => {
    const chatId = await newChat();
    const clientId = randomUUID();

    const together = await append(client, [
      { chatId, sender: ada, clientId },
      { chatId, sender: ada, clientId },
    ]);
    const later = await append(client, [{ chatId, sender: ada, clientId }]);

    expect(outcomes([...together, ...later])).toEqual(['ok', 'conflict', 'conflict']);
    expect(numbers(later)).toEqual([null]);
  });

  test('lets two devices use the same client id', async () => {
    const chatId = await addDirectChat(client, ada, bob);
    const clientId = randomUUID();

    const results = await append(client, [
      { chatId, sender: ada, clientId },
      { chatId, sender: bob, clientId },
    ]);

    expect(outcomes(results)).toEqual(['ok', 'ok']);
    expect(numbers(results)).toEqual([1, 2]);
  });

  test('gives each bad row its outcome and stores the good ones without a hole', async () => {
    const chatId = await newChat();
    const stranger = await addPerson(client);
    const revoked = await addPerson(client);
    const revokedChat = await addDirectChat(client, revoked, ada);
    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [revoked.deviceId],
    );

    const results = await append(client, [
      { chatId, sender: ada },
      { chatId: randomUUID(), sender: ada },
      { chatId, sender: stranger },
      { chatId, sender: { userId: ada.userId, deviceId: bob.deviceId } },
      { chatId: revokedChat, sender: revoked },
      { chatId, sender: ada, ciphertext: Buffer.alloc(0) },
      { chatId, sender: ada, ciphertext: Buffer.alloc(32_769) },
      { chatId, sender: ada, ciphertext: null },
      { chatId, sender: ada, ciphertext: Buffer.alloc(32_768) },
    ]);

    expect(outcomes(results)).toEqual([
      'ok',
      'not_found',
      'not_found',
      'not_found',
      'gone',
      'conflict',
      'conflict',
      'conflict',
      'ok',
    ]);
    expect(results[8]?.seq).toBe(2);
  });

  test('refuses members who left, also for a repeat of what they had sent', async () => {
    const leaver = await addPerson(client);
    const chatId = await addDirectChat(client, leaver, ada);
    const draft: Draft = { chatId, sender: leaver, clientId: randomUUID() };
    await append(client, [draft]);
    await client.query(
      'update public.chat_members set left_seq = 1 where chat_id = $1 and user_id = $2',
      [chatId, leaver.userId],
    );

    expect(outcomes(await append(client, [draft]))).toEqual(['not_found']);
  });

  test('decodes base64 on the REST path; text that is none spoils its own row only', async () => {
    const chatId = await newChat();
    const bytes = randomBytes(100);

    const { rows } = await client.query<AppendResult>(
      `select outcome, seq::float8 as seq from public.append_messages(
         array[$1, $1]::uuid[], array[$2, $2]::uuid[], array[$3, $3]::uuid[],
         array[gen_random_uuid(), gen_random_uuid()], $4::text[])`,
      [chatId, ada.userId, ada.deviceId, ['not base64!', bytes.toString('base64')]],
    );
    const stored = await client.query<{ ciphertext: Buffer }>(
      'select ciphertext from public.messages where chat_id = $1',
      [chatId],
    );

    expect(outcomes(rows)).toEqual(['conflict', 'ok']);
    expect(stored.rows).toEqual([{ ciphertext: bytes }]);
  });

  test('agrees with a model on random batches full of repeats and bad rows', async () => {
    const seed = Math.floor(Math.random() * 0xffff_ffff);
    const random = mulberry32(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const chats = [await newChat(), await newChat(), randomUUID()];
    const senders = [ada, bob];
    const clientIds = Array.from({ length: 12 }, () => randomUUID());
    const bodies = [Buffer.from('a'), Buffer.from('b'), Buffer.alloc(0), null];
    const stored = new Map<string, { seq: number; ciphertext: Buffer }>();
    const heads = new Map<string, number>();
    const expected: unknown[] = [];
    const actual: unknown[] = [];

    for (let batch = 0; batch < 60; batch++) {
      const drafts = Array.from({ length: 1 + Math.floor(random() * 12) }, () => ({
        chatId: pick(chats),
        sender: pick(senders),
        clientId: pick(clientIds),
        ciphertext: pick(bodies),
      }));
      for (const { chatId, sender, clientId, ciphertext } of drafts) {
        const key = `${chatId} ${clientId}`;
        const before = stored.get(key);
        if (sender !== ada || chatId === chats[2]) {
          expected.push([null, 'not_found', false]);
        } else if (!ciphertext?.length || (before && !before.ciphertext.equals(ciphertext))) {
          expected.push([null, 'conflict', false]);
        } else if (before) {
          expected.push([before.seq, 'ok', true]);
        } else {
          const seq = (heads.get(chatId) ?? 0) + 1;
          heads.set(chatId, seq);
          stored.set(key, { seq, ciphertext });
          expected.push([seq, 'ok', false]);
        }
      }
      const results = await append(client, drafts);
      actual.push(...results.map(({ seq, outcome, duplicate }) => [seq, outcome, duplicate]));
    }

    expect({ seed, rows: actual }).toEqual({ seed, rows: expected });
  });

  test('survives 32 writers over shared chats: no deadlock, no hole, no double', async () => {
    const chats = [await newChat(), await newChat(), await newChat()];
    const pool = new pg.Pool({ connectionString: database.databaseUrl, max: 32 });
    const write = async (writer: number): Promise<AppendResult[]> => {
      const results: AppendResult[] = [];
      for (let round = 0; round < 6; round++) {
        const drafts = Array.from({ length: 8 }, (_, index) => ({
          // Each writer meets the chats in another order: a circle of waits, were they not sorted.
          chatId: chats[(writer + index * (1 + (writer % 2))) % chats.length] as string,
          sender: ada,
          clientId: randomUUID(),
          ciphertext: randomBytes(32),
        }));
        const connection = await pool.connect();
        try {
          results.push(...(await append(connection, drafts)));
          if (round % 2 === 0) await append(connection, drafts);
        } finally {
          connection.release();
        }
      }
      return results;
    };

    const results = (
      await Promise.all(Array.from({ length: 32 }, (_, writer) => write(writer)))
    ).flat();
    await pool.end();

    expect(new Set(outcomes(results))).toEqual(new Set(['ok']));
    const { rows } = await client.query<{ rows: number; last: number; next: number }>(
      `select count(*)::int as rows, max(m.seq)::int as last, max(c.next_seq)::int as next
       from public.messages m join public.chats c on c.id = m.chat_id
       where c.id = any ($1) group by c.id`,
      [chats],
    );
    for (const chat of rows)
      expect(chat).toEqual({ rows: chat.last, last: chat.last, next: chat.last + 1 });
    expect(rows.reduce((sum, chat) => sum + chat.rows, 0)).toBe(32 * 6 * 8);
  });
});
