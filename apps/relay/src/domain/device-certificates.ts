/**
 * What makes a device one of an account: a manifest signed by the account key that lists it, next in
 * the account's chain, and its own signature that ties an auth session to it. The relay checks this
 * to refuse nonsense early; clients never rely on that and verify the same themselves.
 */
import {
  isCryptoError,
  parseDeviceManifest,
  sha256,
  uuidBytes,
  verifyDeviceManifest,
  verifyLabelled,
} from '@sotto/crypto/verify';
import type { DeviceManifest, ManifestHead } from '@sotto/crypto/verify';
import { deviceIdSchema, labels, ProtocolError } from '@sotto/protocol';
import type { DeviceId, ManifestRecord, routes, UserId } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { CertifiedDevice, Database, VerifiedManifest } from '../db/database.ts';
import type { UserCaller } from './caller.ts';

type Registration = z.output<(typeof routes)['registerDevice']['body']>;

/**
 * @throws ProtocolError `conflict` when the manifest does not follow the account's newest, `forbidden`
 *   when it is not signed by the account's key, `bad_request` when it is malformed or does not list
 *   the device.
 */
export async function certifyDevice(
  database: Database,
  userId: UserId,
  registration: Registration,
): Promise<{ device: CertifiedDevice; manifest: VerifiedManifest }> {
  const { body, signature, version } = registration.manifest;
  const claimed = await refusing(async () => parseDeviceManifest(body));
  if (claimed.version !== version) throw new ProtocolError('bad_request');
  const { accountKey, previous } = await chainBefore(
    database,
    userId,
    registration.manifest,
    claimed,
  );
  const { manifest, hash } = await refusing(() =>
    verifyDeviceManifest({
      userId,
      body,
      signature,
      accountKey,
      ...(previous ? { previous } : {}),
    }),
  );
  const listed = manifest.devices.find(({ deviceId }) => deviceId === registration.deviceId);
  if (!listed) throw new ProtocolError('bad_request');
  return {
    device: {
      deviceId: deviceIdSchema.parse(listed.deviceId),
      number: listed.number,
      name: registration.name,
      deviceType: registration.deviceType,
      identityKey: listed.identityKey,
      publicKey: listed.sealingKey,
      nameHash: listed.nameHash,
    },
    manifest: {
      version,
      body,
      signature,
      hash,
      previousHash: manifest.previousHash,
      accountKey: manifest.accountKey,
    },
  };
}

/** What the new manifest must follow: the pinned key, and the head before it (none before the first). */
async function chainBefore(
  database: Database,
  userId: UserId,
  record: ManifestRecord,
  claimed: DeviceManifest,
): Promise<{ accountKey: Uint8Array; previous: ManifestHead | undefined }> {
  const [[person], { manifests }] = await Promise.all([
    database.getPeople([userId]),
    // The one before, and the stored one of the same version when this is a repeat.
    database.listManifests(userId, Math.max(0, record.version - 2), 2),
  ]);
  const pinned = person?.accountKey ?? undefined;
  if (record.version === 1) {
    // Nobody has seen this account before: the key it names is the one that will be pinned.
    return { accountKey: pinned ?? claimed.accountKey, previous: undefined };
  }
  const before = manifests.find(({ version }) => version === record.version - 1);
  if (!pinned || !before) throw new ProtocolError('conflict');
  return {
    accountKey: pinned,
    previous: { version: before.version, hash: await sha256(before.body) },
  };
}

/**
 * Checks the signature that ties the caller's auth session to the device.
 * @throws ProtocolError `forbidden`.
 */
export async function verifySessionProof(
  caller: UserCaller,
  device: { deviceId: DeviceId; identityKey: Uint8Array },
  sessionProof: Uint8Array,
): Promise<void> {
  const isProven = await verifyLabelled({
    publicKey: device.identityKey,
    label: labels.sessionProof,
    fields: [uuidBytes(caller.userId), uuidBytes(device.deviceId), uuidBytes(caller.sessionId)],
    signature: sessionProof,
  });
  if (!isProven) throw new ProtocolError('forbidden');
}

async function refusing<Value>(verify: () => Promise<Value>): Promise<Value> {
  try {
    return await verify();
  } catch (cause) {
    if (isCryptoError(cause, 'bad_signature') || isCryptoError(cause, 'bad_key')) {
      throw new ProtocolError('forbidden', { cause });
    }
    if (isCryptoError(cause, 'chain_broken') || isCryptoError(cause, 'rollback')) {
      throw new ProtocolError('conflict', { cause });
    }
    if (isCryptoError(cause)) throw new ProtocolError('bad_request', { cause });
    throw cause;
  }
}
