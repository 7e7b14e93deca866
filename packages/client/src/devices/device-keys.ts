import {
  decryptRecord,
  encryptRecord,
  fromUtf8,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  identityKeyPairFromSeed,
  sealingKeyPairFromPrivateKey,
  utf8,
  zeroize,
} from '@sotto/crypto';
import type { HybridKeyPair, IdentityKeyPair, SealingKeyPair } from '@sotto/crypto';
import type { DeviceId, UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import type { RandomSource } from '../platform.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { parseRecord, serializeRecord } from '../storage/json-bytes.ts';

/** The keys to which others seal, as one manifest lists them. */
export interface SealingKeys {
  readonly sealing: SealingKeyPair;
  /** X-Wing; null in keys from before devices had one. */
  readonly hybrid: HybridKeyPair | null;
  /** 0 in keys from before this was noted. */
  readonly madeAtMs: number;
}

/** A device's own key pairs, open. */
export interface DeviceKeys {
  readonly deviceId: DeviceId;
  readonly identity: IdentityKeyPair;
  /**
   * The newest first: what a manifest lists, or will list once it is published. Former ones follow as
   * long as seals may name them.
   */
  sealing: readonly [SealingKeys, ...SealingKeys[]];
}

const sealingAtRestSchema = z.object({
  sealingPrivateKey: bytesField,
  hybrid: z.nullable(z.object({ privateKey: bytesField, publicKey: bytesField })),
  madeAtMs: z.int(),
});
const privateHalvesSchema = z.union([
  z.object({ identitySeed: bytesField, sealing: z.array(sealingAtRestSchema) }),
  z.object({ identitySeed: bytesField, sealingPrivateKey: bytesField }),
]);

/** Fresh sealing keys of both kinds. ML-KEM is loaded for it, and not before. */
export async function generateSealingKeys(
  nowMs: number,
  random: RandomSource,
): Promise<SealingKeys> {
  const { generateHybridKeyPair } = await import('./hybrid-keys.ts');
  const [sealing, hybrid] = await Promise.all([
    generateSealingKeyPair({ random }),
    generateHybridKeyPair({ random }),
  ]);
  return { sealing, hybrid, madeAtMs: nowMs };
}

export async function generateDeviceKeys(
  deviceId: DeviceId,
  nowMs: number,
  random: RandomSource,
): Promise<DeviceKeys> {
  const [identity, sealing] = await Promise.all([
    generateIdentityKeyPair({ random }),
    generateSealingKeys(nowMs, random),
  ]);
  return { deviceId, identity, sealing: [sealing] };
}

const contextOf = (userId: UserId, deviceId: DeviceId) => [
  utf8('device-keys'),
  utf8(userId),
  utf8(deviceId),
];

/** The private halves as they lie on disk, under the vault's local storage key. */
export async function sealDeviceKeys(options: {
  keys: DeviceKeys;
  userId: UserId;
  storageKey: Uint8Array;
  random: RandomSource;
}): Promise<Uint8Array> {
  const { keys, userId, storageKey, random } = options;
  const plaintext = utf8(
    serializeRecord({
      identitySeed: keys.identity.seed,
      sealing: keys.sealing.map(({ sealing, hybrid, madeAtMs }) => ({
        sealingPrivateKey: sealing.privateKey,
        hybrid,
        madeAtMs,
      })),
    }),
  );
  const context = contextOf(userId, keys.deviceId);
  return await encryptRecord({ key: storageKey, context, plaintext, random });
}

/** Throws `internal` when the blob was not sealed for this device under this vault. */
export async function openDeviceKeys(options: {
  sealedKeys: Uint8Array;
  userId: UserId;
  deviceId: DeviceId;
  storageKey: Uint8Array;
}): Promise<DeviceKeys> {
  const { sealedKeys, userId, deviceId, storageKey } = options;
  try {
    const context = contextOf(userId, deviceId);
    const plaintext = await decryptRecord({ key: storageKey, context, ciphertext: sealedKeys });
    const halves = privateHalvesSchema.parse(parseRecord(fromUtf8(plaintext)));
    const kept =
      'sealing' in halves
        ? halves.sealing
        : [{ sealingPrivateKey: halves.sealingPrivateKey, hybrid: null, madeAtMs: 0 }];
    const [identity, first, ...rest] = await Promise.all([
      identityKeyPairFromSeed(halves.identitySeed),
      ...kept.map(async ({ sealingPrivateKey, hybrid, madeAtMs }): Promise<SealingKeys> => {
        const sealing = await sealingKeyPairFromPrivateKey(sealingPrivateKey);
        return { sealing, hybrid, madeAtMs };
      }),
    ]);
    if (!first) throw new RangeError('a device has sealing keys');
    return { deviceId, identity, sealing: [first, ...rest] };
  } catch (cause) {
    throw new ClientError('internal', { cause });
  }
}

export function forgetDeviceKeys(keys: DeviceKeys): void {
  zeroize(keys.identity.seed);
  for (const { sealing, hybrid } of keys.sealing) {
    zeroize(sealing.privateKey);
    if (hybrid) zeroize(hybrid.privateKey);
  }
}
