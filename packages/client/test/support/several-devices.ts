import { parseMessageHeader } from '@sotto/crypto';
import type { ChatId, DeviceId } from '@sotto/protocol';
import pg from 'pg';
import { createKeyRing } from '../../src/chats/key-ring.ts';
import { until } from '../../src/testing/index.ts';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import { openParts } from './device-parts.ts';
import type { TestWorld } from './test-world.ts';

/** Signs a fresh installation in and makes it a device of the person. */
export async function addDevice(
  world: TestWorld,
  person: TestPerson,
  options: Parameters<TestWorld['client']>[0] = {},
): Promise<TestClient> {
  const made = world.client(options);
  await until(made.client.session, ({ phase }) => phase === 'signedOut');
  await made.client.signIn({ email: person.email, password: person.password });
  await made.client.unlock({ chatPassword: person.chatPassword });
  return made;
}

/** The device's own id, once its list of devices is there. */
export async function deviceIdOf({ client }: TestClient): Promise<DeviceId> {
  const { devices } = await until(client.devices, ({ status }) => status === 'ready');
  const own = devices.find(({ thisDevice }) => thisDevice);
  if (!own) throw new Error('this device is not listed');
  return own.deviceId;
}

/** What a thief of this device's disk and chat password can open from now on. */
export async function stealKeys(
  world: TestWorld,
  test: TestClient,
  person: TestPerson,
): Promise<(chatId: ChatId, ciphertext: Uint8Array) => Promise<boolean>> {
  // Of the disk as it is now.
  const disk = new Map([...test.disk].map(([name, rows]) => [name, new Map(rows)]));
  const stolen = { ...test, disk };
  const { context, trust } = await openParts({ test: stolen, person, relayUrl: world.url });
  const { store, vault, keys } = context;
  const ring = createKeyRing({ store, vault, keys, trust });
  return async (chatId, ciphertext) =>
    (await ring.find(chatId, parseMessageHeader(ciphertext).keyId)) !== undefined;
}

/** Runs a query as the database's owner. */
export async function query<Row extends pg.QueryResultRow>(
  world: TestWorld,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(world.stack.adminUrl);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** The ciphertexts of a chat as the database holds them, in order. */
export async function ciphertextsOf(world: TestWorld, chatId: ChatId): Promise<Uint8Array[]> {
  const rows = await query<{ ciphertext: Buffer }>(
    world,
    'select ciphertext from public.messages where chat_id = $1 order by seq',
    [chatId],
  );
  return rows.map(({ ciphertext }) => Uint8Array.from(ciphertext));
}
