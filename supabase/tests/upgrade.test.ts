/** What the version before this one stored is still there, and works, after the migrations since. */
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyMigrations } from '@sotto/local-supabase';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import {
  addDirectChat,
  addPerson,
  append,
  base64,
  call,
  newLink,
  newManifest,
  newPreKeys,
  newVault,
  newWrap,
} from './world.ts';
import type { Person } from './world.ts';

const directory = fileURLToPath(new URL('../migrations/', import.meta.url));
/** The newest of the version with two people and a direct chat. */
const lastBefore = '20261122090300';

let folder: string;
let database: TestDatabase;
let client: pg.Client;
let ada: Person;
let bob: Person;
let chatId: string;
let before: Record<string, unknown>;

const tables = [
  'profiles',
  'account_vaults',
  'devices',
  'device_manifests',
  'chats',
  'chat_members',
  'chat_key_epochs',
  'chat_key_wraps',
  'messages',
  'message_receipts',
];

/** Every row, with the columns that `like` has. */
async function rowsOf(like: Record<string, unknown>): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from public.${table} t order by t::text`,
    );
    const known = (like[table] as Record<string, unknown>[] | undefined)?.[0];
    all[table] = rows.map(({ row }) =>
      known === undefined
        ? row
        : Object.fromEntries(Object.keys(known).map((column) => [column, row[column]])),
    );
  }
  return all;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-upgrade-'));
  for (const name of await readdir(directory)) {
    if (name.endsWith('.sql') && name.slice(0, 14) <= lastBefore) {
      await copyFile(join(directory, name), join(folder, name));
    }
  }
  database = await createTestDatabase({ migrationsDirectory: folder });
  client = new pg.Client(database.databaseUrl);
  await client.connect();
  [ada, bob] = [await addPerson(client), await addPerson(client)];
  chatId = await addDirectChat(client, ada, bob);
  await append(client, [
    { chatId, sender: ada },
    { chatId, sender: bob },
  ]);
  await call(client, 'relay_put_receipt', {
    p_user: bob.userId,
    p_device: bob.deviceId,
    p_chat: chatId,
    p_ciphertext: base64(40),
  });
  before = await rowsOf({});

  await applyMigrations({ databaseUrl: database.databaseUrl, directory });
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

test('every row is as it was', async () => {
  expect(Object.values(before).every((rows) => (rows as unknown[]).length > 0)).toBe(true);
  expect(await rowsOf(before)).toEqual(before);
});

test('the same people go on: messages, links, a vault that changes', async () => {
  const [stored] = await append(client, [{ chatId, sender: ada }]);
  const link = await call<{ state: string }>(client, 'relay_create_device_link', {
    p_user: ada.userId,
    p_session: ada.sessionId,
    p_link: newLink(),
  });
  const authorised = await call(client, 'relay_authorise', {
    p_user: ada.userId,
    p_session: ada.sessionId,
    p_device: ada.deviceId,
  });

  expect(stored).toMatchObject({ outcome: 'ok', seq: 3 });
  expect(link.state).toBe('open');
  expect(authorised).toMatchObject({
    sessionExists: true,
    device: { isActive: true, bound: true },
  });
});

test('their devices get hybrid keys, prekeys and later epochs', async () => {
  const { rows } = await client.query<{
    hash: string;
    identityKey: string;
    publicKey: string;
    nameHash: string;
  }>(
    `select private.to_base64(m.hash) as hash, private.to_base64(d.identity_key) as "identityKey",
            private.to_base64(d.public_key) as "publicKey",
            private.to_base64(d.name_hash) as "nameHash"
     from public.device_manifests m join public.devices d using (user_id)
     where user_id = $1`,
    [ada.userId],
  );
  const { hash, ...keys } = rows[0] as (typeof rows)[number];
  const hybridPublicKey = base64(1216);
  const sealedTo = createHash('sha256')
    .update(Buffer.from(hybridPublicKey, 'base64'))
    .digest()
    .subarray(0, 16)
    .toString('base64');
  const own = { p_user: ada.userId, p_device: ada.deviceId };

  const before = await call<{ epochs: { deviceWrap: object }[] }>(client, 'relay_get_chat_keys', {
    ...own,
    p_chat: chatId,
  });
  await call(client, 'relay_publish_manifest', {
    ...own,
    p_manifest: newManifest(2, ada.accountKey, hash),
    p_devices: JSON.stringify([{ deviceId: ada.deviceId, number: 1, ...keys, hybridPublicKey }]),
  });
  await call(client, 'relay_put_prekeys', { ...own, p_prekeys: newPreKeys({ oneTime: 1 }) });
  await call(client, 'relay_create_epoch', {
    ...own,
    p_chat: chatId,
    p_epoch: {
      epoch: 2,
      keyId: base64(16),
      commitment: base64(32),
      timestampMs: Date.now(),
      iterations: 600_000,
      madeUnder: base64(112),
      deviceWraps: [
        { ...newWrap(ada.userId, ada.deviceId), ephemeralPublicKey: base64(1120), sealedTo },
        // A device that has not been there since is sealed to as before.
        newWrap(bob.userId, bob.deviceId),
      ],
      vaultWrap: base64(90),
    },
  });

  const after = await call<{ epochs: unknown[] }>(client, 'relay_get_chat_keys', {
    ...own,
    p_chat: chatId,
  });
  expect(after.epochs).toMatchObject([before.epochs[0], { epoch: 2, deviceWrap: { sealedTo } }]);
  const claim = await call(client, 'relay_claim_prekeys', {
    p_user: bob.userId,
    p_device: bob.deviceId,
    p_owner: ada.userId,
    p_target: ada.deviceId,
  });
  expect(claim).toMatchObject({ claimed: { deviceId: ada.deviceId } });
});

test('a removal changes their keys', async () => {
  const { rows } = await client.query<{ hash: string; identityKey: string }>(
    `select private.to_base64(m.hash) as hash, private.to_base64(d.identity_key) as "identityKey",
            private.to_base64(d.public_key) as "publicKey",
            private.to_base64(d.name_hash) as "nameHash"
     from public.device_manifests m join public.devices d using (user_id)
     where user_id = $1`,
    [bob.userId],
  );
  const { hash, ...keys } = rows[0] as (typeof rows)[number];
  const vault = { ...newVault(2), deviceWraps: base64(1400) };
  const accountKey = base64(33);

  await call(client, 'relay_publish_manifest', {
    p_user: bob.userId,
    p_device: bob.deviceId,
    p_manifest: newManifest(2, accountKey, hash, bob.accountKey),
    p_devices: JSON.stringify([{ deviceId: bob.deviceId, number: 1, ...keys }]),
    p_vault: vault,
  });

  expect(await call(client, 'relay_get_account', { p_user: bob.userId })).toMatchObject({
    manifests: [{ version: 1 }, { version: 2 }],
    vault,
  });
  expect(await call(client, 'relay_get_people', { p_users: [bob.userId] })).toMatchObject([
    { accountKey },
  ]);
});

test('an account of that version can be deleted', async () => {
  await call(client, 'relay_delete_account', {
    p_user: bob.userId,
    p_session: bob.sessionId,
    p_device: bob.deviceId,
  });

  const { chats } = await call<{ chats: { members: unknown[] }[] }>(client, 'relay_list_chats', {
    p_user: ada.userId,
    p_after: null,
    p_limit: 10,
  });
  expect(chats).toMatchObject([{ chatId, headSeq: 3, members: [{ userId: ada.userId }] }]);
});
