/**
 * What makes a device one of an account: a manifest signed by the account key that lists it, next in
 * the account's chain, and its own signature that ties an auth session to it. The relay checks this
 * to refuse nonsense early; clients never rely on that and verify the same themselves.
 */
import {
  equalBytes,
  isCryptoError,
  parseDeviceManifest,
  sha256,
  uuidBytes,
  verifyDeviceManifest,
  verifyLabelled,
} from '@sotto/crypto/verify';
import type { DeviceManifest, ManifestDevice, ManifestHead } from '@sotto/crypto/verify';
import { deviceIdSchema, labels, ProtocolError } from '@sotto/protocol';
import type { DeviceId, ManifestRecord, routes, UserId } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { CertifiedDevice, Database, VerifiedManifest } from '../db/database.ts';
import type { UserCaller } from './caller.ts';
import { compareManifests } from './manifest-changes.ts';

type Registration = z.output<(typeof routes)['registerDevice']['body']>;

/** A manifest that is signed and next in its chain, with the one before it. */
export interface CertifiedManifest {
  manifest: DeviceManifest;
  /** Undefined before the first. */
  previous: DeviceManifest | undefined;
  /** As the database stores it; names the former account key where another one signs now. */
  stored: VerifiedManifest;
}

/**
 * A manifest that is stored already verifies again: repeats are told apart by the database.
 * @throws ProtocolError `conflict` when it does not follow the account's newest, `forbidden` when it
 *   is signed neither by the account key of the manifest before nor by one that this endorsed,
 *   `bad_request` when it is malformed.
 */
export async function certifyManifest(
  database: Database,
  userId: UserId,
  record: ManifestRecord,
): Promise<CertifiedManifest> {
  const { body, signature, version } = record;
  const claimed = await refusing(async () => parseDeviceManifest(body));
  if (claimed.version !== version) throw new ProtocolError('bad_request');
  const { accountKey, previous } = await chainBefore(database, userId, record, claimed);
  const { manifest, hash } = await refusing(() =>
    verifyDeviceManifest({
      userId,
      body,
      signature,
      accountKey,
      ...(previous ? { previous: previous.head } : {}),
    }),
  );
  return {
    manifest,
    previous: previous?.manifest,
    stored: {
      version,
      body,
      signature,
      hash,
      previousHash: manifest.previousHash,
      accountKey: manifest.accountKey,
      formerAccountKey: equalBytes(manifest.accountKey, accountKey) ? undefined : accountKey,
    },
  };
}

/**
 * @throws ProtocolError as {@link certifyManifest}, and `bad_request` when the manifest does anything
 *   but add this device, or another account key signs it.
 */
export async function certifyDevice(
  database: Database,
  userId: UserId,
  registration: Registration,
): Promise<{ device: CertifiedDevice; manifest: VerifiedManifest }> {
  const certified = await certifyManifest(database, userId, registration.manifest);
  const { added, changed, removed } = compareManifests(certified.previous, certified.manifest);
  const [listed] = added;
  if (
    listed?.deviceId !== registration.deviceId ||
    added.length > 1 ||
    changed.length > 0 ||
    removed.length > 0 ||
    certified.stored.formerAccountKey
  ) {
    throw new ProtocolError('bad_request');
  }
  return {
    device: {
      ...certifiedDevice(listed),
      name: registration.name,
      deviceType: registration.deviceType,
    },
    manifest: certified.stored,
  };
}

/** What a manifest says of a device, as the database stores it. */
export function certifiedDevice(
  listed: ManifestDevice,
): Omit<CertifiedDevice, 'name' | 'deviceType'> {
  return {
    deviceId: deviceIdSchema.parse(listed.deviceId),
    number: listed.number,
    identityKey: listed.identityKey,
    publicKey: listed.sealingKey,
    hybridPublicKey: listed.hybridKey,
    nameHash: listed.nameHash,
  };
}

/**
 * What the new manifest must follow: the manifest before it (none before the first), and the account key
 * that holds there. That it is the newest, and its key the one of the profile, the database sees to.
 */
async function chainBefore(
  database: Database,
  userId: UserId,
  record: ManifestRecord,
  claimed: DeviceManifest,
): Promise<{
  accountKey: Uint8Array;
  previous: { head: ManifestHead; manifest: DeviceManifest } | undefined;
}> {
  // The one before; for the first, the stored one of the same version when this is a repeat.
  const { manifests } = await database.listManifests(userId, Math.max(0, record.version - 2), 1);
  const [stored] = manifests;
  if (record.version === 1) {
    const { accountKey } = stored ? parseDeviceManifest(stored.body) : claimed;
    // Nobody has seen this account before: the key it names is the one that will be pinned.
    return { accountKey, previous: undefined };
  }
  if (!stored || stored.version !== record.version - 1) throw new ProtocolError('conflict');
  const manifest = parseDeviceManifest(stored.body);
  return {
    accountKey: manifest.accountKey,
    previous: {
      head: { version: stored.version, hash: await sha256(stored.body) },
      manifest,
    },
  };
}

/**
 * Checks the signature that ties the caller's auth session to the device.
 * @throws ProtocolError `forbidden`.
 */
export const verifySessionProof = (
  caller: UserCaller,
  device: ProvingDevice,
  proof: Uint8Array,
): Promise<void> => verifyProof(labels.sessionProof, caller, device, proof);

/**
 * Checks the signature by which the device has the caller's account deleted, in this auth session.
 * @throws ProtocolError `forbidden`.
 */
export const verifyDeletionProof = (
  caller: UserCaller,
  device: ProvingDevice,
  proof: Uint8Array,
): Promise<void> => verifyProof(labels.accountDeletion, caller, device, proof);

interface ProvingDevice {
  deviceId: DeviceId;
  identityKey: Uint8Array;
}

async function verifyProof(
  label: string,
  caller: UserCaller,
  { deviceId, identityKey }: ProvingDevice,
  proof: Uint8Array,
): Promise<void> {
  const isProven = await verifyLabelled({
    publicKey: identityKey,
    label,
    fields: [uuidBytes(caller.userId), uuidBytes(deviceId), uuidBytes(caller.sessionId)],
    signature: proof,
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
