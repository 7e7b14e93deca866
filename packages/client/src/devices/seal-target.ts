import { equalBytes, sha256 } from '@sotto/crypto';
import type { DeviceKeys, SealingKeys } from './device-keys.ts';

const nameBytes = 16;

/** The key that a seal to a device is made to: the hybrid one where its manifest lists one. */
export function sealTargetOf(device: {
  sealingKey: Uint8Array;
  hybridKey?: Uint8Array | undefined;
}): Uint8Array {
  return device.hybridKey ?? device.sealingKey;
}

/** Names a key in a wrap: the first 16 bytes of its SHA-256. */
export async function nameSealTarget(publicKey: Uint8Array): Promise<Uint8Array> {
  return (await sha256(publicKey)).slice(0, nameBytes);
}

/** Which of this device's keys opens a seal, and with which suite. */
export interface SealOpener {
  keys: SealingKeys;
  hybrid: boolean;
}

/**
 * The key that a wrap names; without a name, as in wraps from before devices changed keys, the newest
 * X25519 key. Undefined for a key that is not, or no longer, this device's: nothing is tried.
 */
export async function findSealOpener(
  keys: DeviceKeys,
  sealedTo: Uint8Array | undefined,
): Promise<SealOpener | undefined> {
  if (!sealedTo) return { keys: keys.sealing[0], hybrid: false };
  for (const generation of keys.sealing) {
    const { sealing, hybrid } = generation;
    const name = await nameSealTarget(hybrid?.publicKey ?? sealing.publicKey);
    if (equalBytes(name, sealedTo)) return { keys: generation, hybrid: hybrid !== null };
  }
  return undefined;
}
