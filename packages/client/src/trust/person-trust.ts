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
  accountKey: bytesField,
  version: z.int().check(z.gte(1)),
  hash: bytesField,
  devices: z.array(certifiedDeviceSchema),
  /** Hashes of the manifests seen, by version; what others claim to have seen is compared with them. */
  seen: z.optional(z.array(z.object({ version: z.int(), hash: bytesField }))),
});

/**
 * What is known of a person for sure: the account key pinned at first contact, the newest manifest
 * that key signed, and every device it ever certified. Never what a relay says about devices.
 */
export const personTrustSchema = z.extend(chainSchema, {
  /** The safety code was compared here with this key in use. */
  checked: z.optional(z.nullable(z.object({ accountKey: bytesField, atMs: z.int() }))),
  /** What the relay offers instead: a chain that holds in itself, under another account key. */
  offered: z.optional(z.nullable(chainSchema)),
  /** Why the relay's last word on this person was refused; null when it held. */
  alarm: z.nullable(z.enum(['rollback', 'untrusted'])),
});
export type PersonTrust = z.infer<typeof personTrustSchema>;
/** A verified chain, without what people have said about it. */
export type PersonChain = z.infer<typeof chainSchema>;

/** A manifest as it is published. */
export interface ManifestEntry {
  body: Uint8Array;
  signature: Uint8Array;
}

/**
 * The first look at a person. With `accountKey` (one's own, from the vault) the chain must be signed
 * by it; without, the key named in the first manifest is pinned: trust on first use.
 */
export async function pinPerson(options: {
  userId: UserId;
  accountKey?: Uint8Array;
  entries: readonly ManifestEntry[];
}): Promise<PersonTrust> {
  const { userId, entries } = options;
  return await guard(async () => {
    const [first] = entries;
    if (!first) throw new ClientError('untrusted');
    const accountKey = options.accountKey ?? parseDeviceManifest(first.body).accountKey;
    const chain = await verifyManifestChain({ userId, accountKey, entries });
    return advance({ userId, accountKey, version: 0, devices: [] }, chain);
  });
}

/**
 * A later look. `entries` begin with the version already known, so that a relay that tells another
 * history from there is noticed. Throws `rollback` for an older or forked history, `untrusted` for
 * anything the pinned key did not sign.
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
    return advance(known, [again, ...chain]);
  });
}

interface Base {
  userId: UserId;
  accountKey: Uint8Array;
  version: number;
  devices: CertifiedDevice[];
  seen?: PersonTrust['seen'];
}

function advance(base: Base, chain: readonly VerifiedManifest[]): PersonTrust {
  const newest = chain.at(-1);
  if (!newest) throw new ClientError('untrusted');
  let devices = base.devices;
  const seen = new Map((base.seen ?? []).map((one) => [one.version, one.hash]));
  for (const { manifest, hash } of chain) {
    devices = step(devices, manifest, base.version);
    seen.set(manifest.version, hash);
  }
  return {
    userId: base.userId,
    accountKey: base.accountKey,
    version: newest.manifest.version,
    hash: newest.hash,
    devices,
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
