import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { chatRoutes, limits } from '@sotto/protocol';
import { onWire } from './on-wire.ts';
import { addDirectChat, addPerson, append, base64, call } from './world.ts';
import type { Person } from './world.ts';

interface Page {
  messages: { seq: number; ciphertext: string; createdAtMs: number }[];
  headSeq: number;
  receipts: { deviceId: string; ciphertext: string; updatedAtMs: number }[];
}

let database: TestDatabase;
let client: pg.Client;
let ada: Person;
let bob: Person;
let eve: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
  [ada, bob, eve] = [await addPerson(client), await addPerson(client), await addPerson(client)];
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const list = (person: Person, chatId: string, after = 0, limit = 200) =>
  call<Page>(client, 'relay_list_messages', {
    p_user: person.userId,
    p_chat: chatId,
    p_after: after,
    p_limit: limit,
  });

const putReceipt = (person: Person, chatId: string, ciphertext: string) =>
  call<{ updatedAtMs: number }>(client, 'relay_put_receipt', {
    p_user: person.userId,
    p_device: person.deviceId,
    p_chat: chatId,
    p_ciphertext: ciphertext,
  });

test('relay_list_messages pages in order without holes and says where the head is', async () => {
  const chatId = await addDirectChat(client, ada, await addPerson(client));
  const ciphertext = randomBytes(32_768);
  await append(
    client,
    Array.from({ length: 201 }, () => ({ chatId, sender: ada })),
  );
  await append(client, [{ chatId, sender: ada, ciphertext }]);

  const whole = await list(ada, chatId, 0, 1000);
  const tail = await list(ada, chatId, 200, 50);
  const beyond = await list(ada, chatId, 202);

  expect(whole.messages.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 1),
  );
  expect(whole.headSeq).toBe(202);
  expect(chatRoutes.listMessages.response.parse(onWire(tail)).messages).toMatchObject([
    { seq: 201, senderId: ada.userId, senderDeviceId: ada.deviceId },
    { seq: 202, ciphertext: new Uint8Array(ciphertext) },
  ]);
  expect(tail.messages[1]?.ciphertext).not.toContain('\n');
  expect(beyond).toEqual({ messages: [], headSeq: 202, receipts: [] });
});

test('relay_list_messages ends a page before it outgrows what may wait for a socket', async () => {
  const chatId = await addDirectChat(client, ada, await addPerson(client));
  const large = limits.messageCiphertextBytes;
  await append(
    client,
    Array.from({ length: 9 }, () => ({ chatId, sender: ada, ciphertext: randomBytes(large) })),
  );

  const first = await list(ada, chatId);
  const last = await list(ada, chatId, 8);

  expect(first.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(4 * large).toBe(limits.syncPageBytes);
  expect(first.headSeq).toBe(9);
  expect(last.messages.map(({ seq }) => seq)).toEqual([9]);
});

test('relay_list_messages looks the same for strangers and for chats that are not', async () => {
  const chatId = await addDirectChat(client, ada, bob);

  await expect(list(eve, chatId)).rejects.toMatchObject({ code: 'PT404', message: 'no_chat' });
  await expect(list(eve, crypto.randomUUID())).rejects.toMatchObject({
    code: 'PT404',
    message: 'no_chat',
  });
});

test('times come back as they were acknowledged', async () => {
  const chatId = await addDirectChat(client, ada, await addPerson(client));

  const [acknowledged] = await append(client, [{ chatId, sender: ada }]);
  const { messages } = await list(ada, chatId);

  expect(messages[0]?.createdAtMs).toBe(acknowledged?.created_at_ms);
});

test('relay_put_receipt keeps the newest of each device', async () => {
  const chatId = await addDirectChat(client, ada, await addPerson(client));
  const newest = base64(60);

  await putReceipt(ada, chatId, base64(60));
  const { updatedAtMs } = await putReceipt(ada, chatId, newest);

  const { receipts } = await list(ada, chatId);
  expect(receipts).toEqual([
    { chatId, userId: ada.userId, deviceId: ada.deviceId, ciphertext: newest, updatedAtMs },
  ]);
});

test('relay_put_receipt refuses strangers, other devices and wrong sizes', async () => {
  const chatId = await addDirectChat(client, ada, bob);

  await expect(putReceipt(eve, chatId, base64(60))).rejects.toMatchObject({ code: 'PT404' });
  await expect(
    putReceipt({ ...ada, deviceId: bob.deviceId }, chatId, base64(60)),
  ).rejects.toMatchObject({ code: 'PT404' });
  for (const ciphertext of ['', base64(513), '*']) {
    await expect(putReceipt(ada, chatId, ciphertext)).rejects.toMatchObject({ code: 'PT400' });
  }
});
