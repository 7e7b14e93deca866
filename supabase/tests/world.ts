/**
 * People, devices and chats for tests, made through the same functions the relay calls. Bytes are
 * random: the database looks at sizes only.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';

export interface Person {
  userId: string;
  sessionId: string;
  deviceId: string;
  handle: string;
  accountKey: string;
}

export const base64 = (bytes: number): string => randomBytes(bytes).toString('base64');

/** Calls a function of schema public by name, with named arguments; returns its one value. */
export async function call<Result>(
  client: pg.ClientBase,
  name: string,
  parameters: Record<string, unknown>,
): Promise<Result> {
  const names = Object.keys(parameters);
  const list = names.map((parameter, index) => `${parameter} => $${index + 1}`).join(', ');
  const { rows } = await client.query<{ value: Result }>(
    `select public.${name}(${list}) as value`,
    Object.values(parameters),
  );
  return (rows[0] as { value: Result }).value;
}

export async function addUser(client: pg.ClientBase): Promise<{ userId: string }> {
  const userId = randomUUID();
  await client.query(
    `insert into auth.users (id, aud, role, email, created_at, updated_at)
     values ($1, 'authenticated', 'authenticated', $2, now(), now())`,
    [userId, `${userId}@example.org`],
  );
  return { userId };
}

export async function addSession(client: pg.ClientBase, userId: string): Promise<string> {
  const sessionId = randomUUID();
  await client.query(
    'insert into auth.sessions (id, user_id, created_at, updated_at) values ($1, $2, now(), now())',
    [sessionId, userId],
  );
  return sessionId;
}

/** A second factor of an account, with its backup; its sessions are without it. */
export async function addFactor(client: pg.ClientBase, userId: string): Promise<string> {
  const factorId = await addForeignFactor(client, userId);
  await client.query(
    `insert into private.second_factor_backups
       (user_id, factor_id, under_recovery_key, under_vault_key)
     values ($1, $2, $3, $3)`,
    [userId, factorId, randomBytes(80)],
  );
  return factorId;
}

/** One that somebody set up at the auth service who has the login password and no device. */
export async function addForeignFactor(client: pg.ClientBase, userId: string): Promise<string> {
  const factorId = randomUUID();
  await client.query(
    `insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
     values ($1, $2, 'totp', 'verified', now(), now())`,
    [factorId, userId],
  );
  return factorId;
}

/** What a session asks that wants to be let into its account. */
export function newLink() {
  return {
    linkId: randomUUID() as string,
    commitment: base64(32),
    deviceName: 'Firefox on Linux',
    deviceType: 'web',
  };
}

export const zeroHash = Buffer.alloc(32).toString('base64');

/**
 * As the relay hands a verified manifest over. Its body is random but for the first byte and the account
 * key, which the database reads when another key comes to sign.
 */
export function newManifest(
  version: number,
  accountKey: string,
  previousHash = zeroHash,
  formerAccountKey?: string,
) {
  const body = randomBytes(200);
  body[0] = formerAccountKey === undefined ? 1 : 2;
  body.set(Buffer.from(accountKey, 'base64'), 57);
  return {
    version,
    body: body.toString('base64'),
    signature: base64(64),
    hash: base64(32),
    previousHash,
    accountKey,
    ...(formerAccountKey !== undefined && { formerAccountKey }),
  };
}

export function newDevice(number = 1) {
  return {
    deviceId: randomUUID(),
    number,
    name: 'Chromium on Linux',
    deviceType: 'web',
    identityKey: base64(33),
    publicKey: base64(32),
    nameHash: base64(32),
  };
}

export function newVault(version = 1) {
  return {
    version,
    kdf: { algorithm: 'PBKDF2-HMAC-SHA256', iterations: 600_000, salt: base64(32) },
    passwordWrap: base64(80),
    recoveryWrap: base64(80),
    body: base64(400),
  };
}

/** One-time prekeys with these ids. */
export const newOneTimeKeys = (ids: readonly number[]) =>
  ids.map((id) => ({ id, publicKey: base64(33) }));

/** What a device publishes; signed keys and as many one-time keys as asked for. */
export function newPreKeys(options: { oneTime?: number; oneTimeKem?: number; firstId?: number }) {
  const { oneTime = 0, oneTimeKem = 0, firstId = 1 } = options;
  const ids = (count: number) => Array.from({ length: count }, (_, index) => firstId + index);
  const kemKey = (id: number) => ({ id, publicKey: base64(1569), signature: base64(64) });
  return {
    registrationId: 4711,
    signedPreKey: { id: firstId, publicKey: base64(33), signature: base64(64) },
    lastResortKemPreKey: kemKey(firstId + 1000),
    oneTimePreKeys: newOneTimeKeys(ids(oneTime)),
    oneTimeKemPreKeys: ids(oneTimeKem).map(kemKey),
  };
}

/** A user with profile, vault, first manifest, one device, and a session bound to it. */
export async function addPerson(client: pg.ClientBase): Promise<Person> {
  const { userId } = await addUser(client);
  return await equipPerson(client, userId, await addSession(client, userId));
}

/** What {@link addPerson} adds to a user and session that exist already. */
export async function equipPerson(
  client: pg.ClientBase,
  userId: string,
  sessionId: string,
): Promise<Person> {
  const handle = `p${userId.slice(0, 8)}`;
  const accountKey = base64(33);
  const device = newDevice();
  await call(client, 'relay_put_profile', {
    p_user: userId,
    p_handle: handle,
    p_display_name: 'A Person',
    p_avatar_color: 3,
  });
  await call(client, 'relay_put_vault', {
    p_user: userId,
    p_session: sessionId,
    p_vault: newVault(),
  });
  await call(client, 'relay_register_device', {
    p_user: userId,
    p_session: sessionId,
    p_device: device,
    p_manifest: newManifest(1, accountKey),
  });
  return { userId, sessionId, deviceId: device.deviceId, handle, accountKey };
}

export function newDirectChat(partner: { userId: string }, wrapFor: Person[]) {
  return {
    chatId: randomUUID() as string,
    partnerId: partner.userId,
    epoch: {
      epoch: 1,
      keyId: base64(16),
      commitment: base64(32),
      timestampMs: Date.now(),
      iterations: 600_000,
      deviceWraps: wrapFor.map(({ userId, deviceId }) => newWrap(userId, deviceId)),
      vaultWrap: base64(90),
    },
  };
}

export function newWrap(userId: string, deviceId: string) {
  return { userId, deviceId, ephemeralPublicKey: base64(32), encryptedKey: base64(300) };
}

/** Starts a direct chat between two people; returns its id. */
export async function addDirectChat(
  client: pg.ClientBase,
  maker: Person,
  partner: Person,
): Promise<string> {
  const { chat } = await call<{ chat: { chatId: string } }>(client, 'relay_create_direct_chat', {
    p_user: maker.userId,
    p_device: maker.deviceId,
    p_chat: newDirectChat(partner, maker.userId === partner.userId ? [maker] : [maker, partner]),
  });
  return chat.chatId;
}

export interface Draft {
  chatId: string;
  sender: { userId: string; deviceId: string };
  clientId?: string;
  ciphertext?: Buffer | null;
}

export interface AppendResult {
  ordinal: number;
  seq: number | null;
  created_at_ms: number | null;
  outcome: 'ok' | 'not_found' | 'gone' | 'conflict';
  duplicate: boolean;
}

/** Appends a batch over the path of a direct connection. */
export async function append(client: pg.ClientBase, drafts: Draft[]): Promise<AppendResult[]> {
  const { rows } = await client.query<AppendResult>(
    `select ordinal, seq::float8 as seq, created_at_ms::float8 as created_at_ms, outcome, duplicate
     from private.append_messages($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bytea[])`,
    [
      drafts.map((draft) => draft.chatId),
      drafts.map((draft) => draft.sender.userId),
      drafts.map((draft) => draft.sender.deviceId),
      drafts.map((draft) => draft.clientId ?? randomUUID()),
      drafts.map((draft) => (draft.ciphertext === undefined ? randomBytes(64) : draft.ciphertext)),
    ],
  );
  return rows;
}
