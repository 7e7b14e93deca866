import {
  createEpochKey,
  generateIdentityKeyPair,
  openVaultWithKey,
  parseMessageHeader,
  signDeviceManifest,
  systemRandom,
  toBase64Url,
  toHex,
  unwrapKey,
  wrapKey,
} from '@sotto/crypto';
import type { ManifestDevice } from '@sotto/crypto';
import { openVaultAsDevice } from '@sotto/crypto/vault-keys';
import type { ChatId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { epochContext, epochKeyPurpose } from '../src/chats/epoch-context.ts';
import { wrapIntoVault } from '../src/chats/vault-wrap.ts';
import { listedDevices } from '../src/devices/publish-manifest.ts';
import { until, untilTexts } from '../src/testing/index.ts';
import type { PersonTrust } from '../src/trust/person-trust.ts';
import { openParts } from './support/device-parts.ts';
import type { DeviceParts } from './support/device-parts.ts';
import { copyDisk } from './support/disk-bytes.ts';
import { comeBack, meetForRemoval, overwrite } from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, ciphertextsOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

/*
 * Somebody had one of Ann's devices open, as it was before she removed it, and has the database. The chat
 * password is not known to them: `openParts` takes it in place of an open screen.
 */

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

interface Thief extends DeviceParts {
  /** The own chain as it was then. */
  own: PersonTrust;
}

interface Robbed extends Removal {
  thief: Thief;
}

/** The other device was open to somebody, and is removed; Ann and Ben have talked since. */
async function robAndRemove(): Promise<Robbed> {
  const removal = await meetForRemoval(world);
  const { ann, a, b, annId, other, otherId, chatId } = removal;
  const test = { ...other, disk: copyDisk(other.disk) };
  const parts = await openParts({ test, person: ann, relayUrl: world.url });
  const own = await parts.trust.person(annId);
  if (!own) throw new Error('the thief knows no chain');
  await a.client.removeDevice({ deviceId: otherId });
  await a.client.sendText({ chatId, text: 'after' });
  await untilTexts(b.client, chatId, ['before', 'after']);
  await b.client.sendText({ chatId, text: 'from Ben' });
  await untilTexts(a.client, chatId, ['before', 'after', 'from Ben']);
  return { ...removal, thief: { ...parts, own } };
}

interface EpochRow {
  epoch: string;
  key_id: Buffer;
  commitment: Buffer;
  made_under: Buffer;
  maker_user_id: string;
  maker_device_id: string;
}

const epochsOf = (chatId: ChatId): Promise<EpochRow[]> =>
  query<EpochRow>(world, 'select * from public.chat_key_epochs where chat_id = $1 order by epoch', [
    chatId,
  ]);

interface ManifestRow {
  version: string;
  body: Buffer;
  signature: Buffer;
  hash: Buffer;
  previous_hash: Buffer;
}

async function newestManifest(userId: string): Promise<ManifestRow> {
  const [row] = await query<ManifestRow>(
    world,
    'select * from public.device_manifests where user_id = $1 order by version desc limit 1',
    [userId],
  );
  if (!row) throw new Error('no manifest');
  return row;
}

const putManifest = (
  userId: string,
  { version, body, signature, hash, previous_hash }: ManifestRow,
) =>
  overwrite(
    world,
    `insert into public.device_manifests (user_id, version, body, signature, hash, previous_hash)
     values ($1, $2, $3, $4, $5, $6)`,
    [userId, version, body, signature, hash, previous_hash],
  );

const dropManifest = (userId: string, version: string) =>
  overwrite(world, 'delete from public.device_manifests where user_id = $1 and version = $2', [
    userId,
    version,
  ]);

/** A manifest by whoever has the account key that was given up. */
async function signAsThief(
  { context }: Thief,
  place: { version: number; previousHash: Uint8Array; devices: ManifestDevice[] },
  successor?: Awaited<ReturnType<typeof generateIdentityKeyPair>>,
): Promise<ManifestRow> {
  const { userId, vault } = context;
  const { publicKey, seed } = successor ?? vault.accountKey;
  const { body, signature, hash } = await signDeviceManifest({
    manifest: { ...place, userId, accountKey: publicKey, timeMs: Date.now() },
    accountSeed: seed,
    ...(successor && { formerSeed: vault.accountKey.seed }),
  });
  return {
    version: String(place.version),
    body: Buffer.from(body),
    signature: Buffer.from(signature),
    hash: Buffer.from(hash),
    previous_hash: Buffer.from(place.previousHash),
  };
}

/** Both see what the database says now, refuse it, and go on when it tells the truth again. */
async function expectRefused(robbed: Robbed, undo: () => Promise<unknown>): Promise<void> {
  const { a, b, chatId, otherId } = robbed;
  await Promise.all([comeBack(a), comeBack(b)]);
  await until(a.client.devices, ({ alarm }) => alarm !== null);
  for (const { client } of [a, b]) {
    await until(client.chat(chatId), ({ trust }) => trust === 'doubtful');
    await expect(client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
  }
  await undo();
  await Promise.all([comeBack(a), comeBack(b)]);
  await until(a.client.devices, ({ alarm }) => alarm === null);
  for (const { client } of [a, b]) {
    await until(client.chat(chatId), ({ trust, canSend }) => trust === 'checked' && canSend);
  }
  const wraps = await query(
    world,
    'select from public.chat_key_wraps where chat_id = $1 and device_id = $2',
    [chatId, otherId],
  );
  expect(wraps).toEqual([]);
}

describe('a removed device with the database', () => {
  it('opens neither the vault nor what is wrapped under it from then on', async () => {
    const { annId, chatId, thief } = await robAndRemove();
    const { context, own } = thief;
    const { vault, keys, userId } = context;
    const rows = await query<EpochRow & { encrypted_key: Buffer }>(
      world,
      `select k.*, w.encrypted_key from public.chat_key_epochs k
         join public.chat_key_wraps w using (chat_id, epoch)
        where chat_id = $1 and w.user_id = $2 and w.device_id is null order by k.epoch`,
      [chatId, annId],
    );

    const opened = await Promise.all(
      rows.map(async ({ epoch, key_id, made_under, encrypted_key }) => {
        const name = {
          epoch: Number(epoch),
          keyId: Uint8Array.from(key_id),
          madeUnder: Uint8Array.from(made_under),
        };
        const wrapped = Uint8Array.from(encrypted_key);
        const { keyWrapKey } = vault.keys;
        const unwrapping = unwrapKey({
          wrappingKey: keyWrapKey,
          purpose: epochKeyPurpose,
          context: epochContext(chatId, name),
          wrapped,
        });
        return await unwrapping.then(
          () => true,
          () => false,
        );
      }),
    );
    expect(opened).toEqual([true, false]);

    const [stored] = await query<
      Record<string, Buffer> & { version: string; kdf_iterations: number }
    >(world, 'select * from public.account_vaults where user_id = $1', [annId]);
    if (!stored) throw new Error('no vault');
    const bytes = (column: string) => Uint8Array.from(stored[column] ?? []);
    const sealedVault = {
      version: Number(stored.version),
      kdf: {
        algorithm: 'PBKDF2-HMAC-SHA256' as const,
        iterations: stored.kdf_iterations,
        salt: bytes('kdf_salt'),
      },
      passwordWrap: bytes('password_wrap'),
      recoveryWrap: bytes('recovery_wrap'),
      body: bytes('body'),
      deviceWraps: bytes('device_wraps'),
    };
    const refused = { code: 'open_failed' };
    await expect(
      openVaultWithKey({ userId, vaultKey: vault.vaultKey, sealedVault }),
    ).rejects.toMatchObject(refused);
    const [{ sealing, hybrid }] = keys.sealing;
    const recipient = {
      userId,
      deviceId: keys.deviceId,
      publicKey: sealing.publicKey,
      privateKey: sealing.privateKey,
      ...(hybrid && { hybrid }),
    };
    const findSenderKey = async (id: string) =>
      own.devices.find(({ deviceId }) => deviceId === id)?.identityKey;
    await expect(
      openVaultAsDevice({ userId, sealedVault, recipient, findSenderKey }),
    ).rejects.toMatchObject(refused);
  });

  it.each(['signed by it', 'signed by nobody'])(
    'gets nothing sealed under a chat key of its own, wrapped under the vault key it had (%s)',
    async (vouched) => {
      const { ben, annId, a, b, chatId, thief, tap } = await robAndRemove();
      const { vault, keys } = thief.context;
      const newest = (await epochsOf(chatId)).at(-1);
      if (!newest) throw new Error('no epoch');
      const epoch = Number(newest.epoch) + 1;
      const timestampMs = Date.now();
      const made = await createEpochKey({ password: 'x', chatId, epoch, timestampMs });
      const madeUnder = Uint8Array.from(newest.made_under);
      const epochKey = { ...made, madeUnder };
      const random = systemRandom;
      const wrap =
        vouched === 'signed by it'
          ? await wrapIntoVault({ vault, keys, chatId, epochKey, random })
          : await wrapKey({
              wrappingKey: vault.keys.keyWrapKey,
              purpose: epochKeyPurpose,
              context: epochContext(chatId, epochKey),
              key: made.key,
            });
      const maker = [newest.maker_user_id, newest.maker_device_id];
      await overwrite(
        world,
        `insert into public.chat_key_epochs (chat_id, epoch, key_id, commitment, maker_user_id,
           maker_device_id, key_timestamp_ms, iterations, made_under)
         values ($1, $2, $3, $4, $5, $6, $7, 600000, $8)`,
        [chatId, epoch, made.keyId, made.commitment, ...maker, timestampMs, madeUnder],
      );
      await overwrite(
        world,
        `insert into public.chat_key_wraps
           (chat_id, epoch, user_id, encrypted_key, sealed_by_user_id, sealed_by_device_id)
         values ($1, $2, $3, $4, $5, $6)`,
        [chatId, epoch, annId, wrap, ...maker],
      );

      // What makes Ann ask for the keys of the chat.
      const asked = tap.received.length;
      await addDevice(world, ben);
      const named = toBase64Url(made.keyId);
      await vi.waitFor(() => expect(tap.received.slice(asked).join()).toContain(named), 15_000);
      await a.client.sendText({ chatId, text: 'to whom?' });
      await untilTexts(b.client, chatId, ['before', 'after', 'from Ben', 'to whom?']);

      const used = (await ciphertextsOf(world, chatId)).map((one) =>
        toHex(parseMessageHeader(one).keyId),
      );
      expect(used).toHaveLength(4);
      expect(used).not.toContain(toHex(made.keyId));
    },
  );

  it('certifies no device for anybody who saw its removal', async () => {
    const robbed = await robAndRemove();
    const { annId, thief, otherId } = robbed;
    const newest = await newestManifest(annId);
    const place = {
      version: Number(newest.version) + 1,
      previousHash: Uint8Array.from(newest.hash),
      devices: listedDevices(thief.own),
    };
    await overwrite(
      world,
      'update public.devices set is_active = true, revoked_at = null where id = $1',
      [otherId],
    );
    const own = await generateIdentityKeyPair();

    for (const row of [await signAsThief(thief, place), await signAsThief(thief, place, own)]) {
      await putManifest(annId, row);
      await expectRefused(robbed, () => dropManifest(annId, row.version));
    }
    expect((await newestManifest(annId)).version).toBe(newest.version);
  }, 120_000);

  it('cannot have another end told of the chain: a fork at the removal is refused, and no offer', async () => {
    const robbed = await robAndRemove();
    const { annId, a, b, thief } = robbed;
    const newest = await newestManifest(annId);
    const place = {
      version: Number(newest.version),
      previousHash: Uint8Array.from(newest.previous_hash),
      devices: listedDevices(thief.own),
    };
    const fork = await signAsThief(thief, place, await generateIdentityKeyPair());
    await dropManifest(annId, newest.version);
    await putManifest(annId, fork);

    await expectRefused(robbed, async () => {
      const { change } = await until(b.client.contact(annId), ({ trust }) => trust === 'doubtful');
      expect(change).toBeNull();
      expect(a.client.devices.getSnapshot().alarm).toBe('rollback');
      await dropManifest(annId, fork.version);
      await putManifest(annId, newest);
    });
  });
});
