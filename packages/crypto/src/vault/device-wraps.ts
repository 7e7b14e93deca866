/**
 * The vault key sealed to devices, one signed seal each (`docs/encryption.md`, vault):
 * 0x01 ‖ be64 vault version ‖ be16 count ‖ for each, by ascending recipient: recipient device 16 ‖ sender
 * device 16 ‖ name of the recipient's key 16 ‖ be16 length ‖ encapsulated key ‖ be16 length ‖ ciphertext.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, copyBytes } from '../encoding/bytes.ts';
import { be16, be64 } from '../encoding/integers.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { sha256 } from '../primitives/sha2.ts';
import type { SealContext } from '../seal/seal-binding.ts';
import type { SignedSeal } from '../seal/seal-signed.ts';

/** The vault key as one device sealed it to another, or to itself. */
export interface DeviceWrap extends SignedSeal {
  recipientDeviceId: string;
  senderDeviceId: string;
  /** Which key of the recipient it is sealed to, 16 bytes. */
  keyName: Uint8Array;
}

/** The device wraps of a vault. */
export interface DeviceWraps {
  /** The vault version that they were made for. */
  madeAt: number;
  wraps: DeviceWrap[];
}

const formatVersion = 1;
const keyNameBytes = 16;

/** Names a device's key: the first 16 bytes of its SHA-256. */
export async function nameDeviceKey(publicKey: Uint8Array): Promise<Uint8Array> {
  return copyBytes(await sha256(publicKey), 0, keyNameBytes);
}

/** What the seals in device wraps are for. */
export function vaultKeySeal(userId: string, madeAt: number): SealContext {
  return { purpose: 'vault-key', context: [uuidBytes(userId), be64(madeAt)] };
}

/** The bytes of device wraps; `bad_encoding` if a device is given two. */
export function serializeDeviceWraps({ madeAt, wraps }: DeviceWraps): Uint8Array {
  const sorted = wraps.toSorted((a, b) => (a.recipientDeviceId < b.recipientDeviceId ? -1 : 1));
  assertDistinct(sorted);
  const parts = [Uint8Array.of(formatVersion), be64(madeAt), be16(sorted.length)];
  for (const wrap of sorted) {
    parts.push(uuidBytes(wrap.recipientDeviceId), uuidBytes(wrap.senderDeviceId), wrap.keyName);
    for (const bytes of [wrap.ephemeralPublicKey, wrap.ciphertext]) {
      parts.push(be16(bytes.length), bytes);
    }
  }
  return concatBytes(...parts);
}

/** Reads what {@link serializeDeviceWraps} wrote; `bad_encoding` for anything else. */
export function parseDeviceWraps(bytes: Uint8Array): DeviceWraps {
  const reader = new ByteReader(bytes);
  if (reader.number(1) !== formatVersion) throw new CryptoError('bad_encoding', 'unknown format');
  const madeAt = reader.number(8);
  const count = reader.number(2);
  const wraps: DeviceWrap[] = [];
  while (wraps.length < count) {
    wraps.push({
      recipientDeviceId: uuidFromBytes(reader.take(16)),
      senderDeviceId: uuidFromBytes(reader.take(16)),
      keyName: reader.take(keyNameBytes),
      ephemeralPublicKey: reader.take(reader.number(2)),
      ciphertext: reader.take(reader.number(2)),
    });
  }
  reader.end();
  assertDistinct(wraps);
  return { madeAt, wraps };
}

/** Lower-case ids sort as their bytes do. */
function assertDistinct(wraps: readonly DeviceWrap[]): void {
  let last = '';
  for (const { recipientDeviceId } of wraps) {
    if (recipientDeviceId <= last) {
      throw new CryptoError('bad_encoding', 'device wraps must rise by recipient');
    }
    last = recipientDeviceId;
  }
}
