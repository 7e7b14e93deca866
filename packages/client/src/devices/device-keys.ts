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
import type { IdentityKeyPair, SealingKeyPair } from '@sotto/crypto';
import type { DeviceId, UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import { ClientError } from '../client-error.ts';
import type { RandomSource } from '../platform.ts';
import { bytesField } from '../storage/bytes-field.ts';
import { parseRecord, serializeRecord } from '../storage/json-bytes.ts';

/** A device's own key pairs, open. */
export interface DeviceKeys {
  deviceId: DeviceId;
  identity: IdentityKeyPair;
  sealing: SealingKeyPair;
}

const privateHalvesSchema = z.object({ identitySeed: bytesField, sealingPrivateKey: bytesField });

export async function generateDeviceKeys(
  deviceId: DeviceId,
  random: RandomSource,
): Promise<DeviceKeys> {
  const [identity, sealing] = await Promise.all([
    generateIdentityKeyPair({ random }),
    generateSealingKeyPair({ random }),
  ]);
  return { deviceId, identity, sealing };
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
      sealingPrivateKey: keys.sealing.privateKey,
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
    const [identity, sealing] = await Promise.all([
      identityKeyPairFromSeed(halves.identitySeed),
      sealingKeyPairFromPrivateKey(halves.sealingPrivateKey),
    ]);
    return { deviceId, identity, sealing };
  } catch (cause) {
    throw new ClientError('internal', { cause });
  }
}

export function forgetDeviceKeys(keys: DeviceKeys): void {
  zeroize(keys.identity.seed, keys.sealing.privateKey);
}
