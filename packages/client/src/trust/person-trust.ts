import {
  equalBytes,
  isCryptoError,
  parseDeviceManifest,
  verifyDeviceManifest,
  verifyManifestChain,
} from '@sotto/crypto';
import type { DeviceManifest, ManifestDevice, VerifiedManifest } from '@sotto/crypto';
import { deviceIdSchema, userIdSchema } from '@sotto/protocol';
import type { UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import { bytesField } from '../storage/bytes-field.ts';

const certifiedDeviceSchema = z.object({
  deviceId: deviceIdSchema,
  number: z.int(),
  identityKey: bytesField,
  sealingKey: bytesField,
  /** X-Wing; seals go to it where there is one. */
  hybridKey: z.optional(bytesField),
  /** Of the name it was certified under. This and the time are absent in records from before. */
  nameHash: z.optional(bytesField),
  addedAtMs: z.optional(z.int()),
  /** In the newest manifest. A former device still explains what it sent and sealed. */
  current: z.boolean(),
  /** The first manifest without it; in records from before, the newest one it can have been. */
  removedAtVersion: z.optional(z.int()),
  /** Certified by an account key that was exchanged since: its number may be given anew. */
  ofFormerKey: z.optional(z.boolean()),
});
export type CertifiedDevice = z.infer<typeof certifiedDeviceSchema>;

const chainSchema = z.object({
  userId: userIdSchema,
  /** The key that signs now: the first one, or the last of those that succeeded it. */
  accountKey: bytesField,
  /** The key of the first manifest. Absent in records from before keys were succeeded: then `accountKey`. */
  rootKey: z.optional(bytesField),
  version: z.int().check(z.gte(1)),
  hash: bytesField,
  devices: z.array(certifiedDeviceSchema),
  /** The newest manifest that named another account key than the one before; absent when there was none. */
  succession: z.optional(z.int()),
  /** Hashes of the manifests seen, by version; what others claim to have seen is compared with them. */
  seen: z.optional(z.array(z.object({ version: z.int(), hash: bytesField }))),
});

/**
 * What is known of a person for sure: the account key pinned at first contact or what succeeded it, the
 * newest manifest, and every device ever certified. Never what a relay says about devices.
 */
export const personTrustSchema = z.extend(chainSchema, {
  /** The safety code was compared here with this key in use, or with one that it succeeded. */
  checked: z.optional(z.nullable(z.object({ accountKey: bytesField, atMs: z.int() }))),
  /** What the relay offers instead: a chain that holds in itself, under another account key. */
  offered: z.optional(z.nullable(chainSchema)),
  /** Why the relay's last word on this person was refused; null when it held. */
  alarm: z.nullable(z.enum(['rollback', 'untrusted'])),
  /** Another account key was accepted for this person, once or more. */
  exchanged: z.optional(z.boolean()),
});
export type PersonTrust = z.infer<typeof personTrustSchema>;
/** A verified chain, without what people have said about it. */
export type PersonChain = z.infer<typeof chainSchema>;

/** A manifest as it is published. */
export interface ManifestEntry {
  body: Uint8Array;
  signature: Uint8Array;
}

/** The key that signed the first manifest: it tells one chain from another. */
export const rootKeyOf = ({ rootKey, accountKey }: Base): Uint8Array => rootKey ?? accountKey;

/**
 * The first look at a person: the key named in the first manifest is pinned, trust on first use, and
 * followed from key to key. With `accountKey` (one's own, from the vault) the chain must end in that key:
 * `rollback` where it goes on from it to another one, unless `mayGoOn`; `untrusted` where it never has it.
 */
export async function pinPerson(options: {
  userId: UserId;
  accountKey?: Uint8Array;
  /** The vault may be older than the chain. */
  mayGoOn?: boolean;
  entries: readonly ManifestEntry[];
}): Promise<PersonTrust> {
  const { userId, entries, accountKey, mayGoOn = false } = options;
  return await guard(async () => {
    const [first] = entries;
    if (!first) throw new ClientError('untrusted');
    const rootKey = parseDeviceManifest(first.body).accountKey;
    const chain = await verifyManifestChain({ userId, accountKey: rootKey, entries });
    const pinned = advance({ userId, accountKey: rootKey, version: 0, devices: [] }, chain);
    if (accountKey && !equalBytes(pinned.accountKey, accountKey)) {
      const hasIt = chain.some(({ manifest }) => equalBytes(manifest.accountKey, accountKey));
      if (!hasIt) throw new ClientError('untrusted');
      if (!mayGoOn) throw new ClientError('rollback');
    }
    return pinned;
  });
}

/**
 * A later look. `entries` begin with the version already known, so that a relay that tells another
 * history from there is noticed. Throws `rollback` for an older or forked history, `untrusted` for
 * anything that neither the known key signed nor one that succeeded it.
 */
export async function followPerson(
  known: PersonTrust,
  entries: readonly ManifestEntry[],
): Promise<PersonTrust> {
  const { userId, accountKey } = known;
  return await guard(async () => {
    const [first, ...later] = entries;
    if (!first) throw new ClientError('rollback');
    const again = await verifyDeviceManifest({ userId, accountKey, ...first });
    if (again.manifest.version !== known.version || !equalBytes(again.hash, known.hash)) {
      throw new ClientError('rollback');
    }
    const previous = { version: known.version, hash: known.hash };
    const devices = known.devices.filter(({ ofFormerKey }) => !ofFormerKey);
    const rest = { userId, accountKey, entries: later, previous, devices };
    const chain = await verifyManifestChain(rest);
    // With the known one again, which says what a record from before does not hold.
    const { exchanged } = known;
    return { ...advance(known, [again, ...chain]), ...(exchanged && { exchanged }) };
  });
}

interface Base {
  userId: UserId;
  accountKey: Uint8Array;
  rootKey?: Uint8Array | undefined;
  version: number;
  devices: CertifiedDevice[];
  succession?: number | undefined;
  seen?: PersonTrust['seen'];
}

function advance(base: Base, chain: readonly VerifiedManifest[]): PersonTrust {
  const newest = chain.at(-1);
  if (!newest) throw new ClientError('untrusted');
  let { devices, succession, accountKey } = base;
  const seen = new Map((base.seen ?? []).map((one) => [one.version, one.hash]));
  for (const { manifest, hash } of chain) {
    devices = step(devices, manifest, base.version);
    if (!equalBytes(manifest.accountKey, accountKey)) succession = manifest.version;
    ({ accountKey } = manifest);
    seen.set(manifest.version, hash);
  }
  return {
    userId: base.userId,
    accountKey,
    rootKey: rootKeyOf(base),
    version: newest.manifest.version,
    hash: newest.hash,
    devices,
    ...(succession !== undefined && { succession }),
    seen: [...seen].map(([version, hash]) => ({ version, hash })),
    alarm: null,
  };
}

/** The devices after one more manifest: those it lists, and the former ones. */
function step(
  before: readonly CertifiedDevice[],
  { version, devices }: DeviceManifest,
  knownVersion: number,
): CertifiedDevice[] {
  const known = new Map<string, CertifiedDevice>(
    before.map((device) => [
      device.deviceId,
      {
        ...device,
        current: false,
        removedAtVersion: device.removedAtVersion ?? (device.current ? version : knownVersion),
      },
    ]),
  );
  for (const device of devices) known.set(device.deviceId, certified(device));
  return [...known.values()];
}

const certified = (device: ManifestDevice): CertifiedDevice => ({
  deviceId: deviceIdSchema.parse(device.deviceId),
  number: device.number,
  identityKey: device.identityKey,
  sealingKey: device.sealingKey,
  ...(device.hybridKey && { hybridKey: device.hybridKey }),
  nameHash: device.nameHash,
  addedAtMs: device.addedAtMs,
  current: true,
});

async function guard<Result>(task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    if (isCryptoError(error, 'chain_broken') || isCryptoError(error, 'rollback')) {
      throw new ClientError('rollback', { cause: error });
    }
    if (isCryptoError(error)) throw new ClientError('untrusted', { cause: error });
    throw error;
  }
}
