/**
 * Device manifests: the list of an account's devices, versioned and hash-chained, signed by the
 * account key. Byte layout in `docs/encryption.md`; parsing accepts exactly one encoding of each.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes, copyBytes } from '../encoding/bytes.ts';
import { assertCount, be16, be64 } from '../encoding/integers.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { parseHybridPublicKey } from '../seal/hybrid-public-key.ts';
import { parseSealingPublicKey } from '../seal/sealing-public-key.ts';

/** One device of an account. */
export interface ManifestDevice {
  deviceId: string;
  /** 1 to 127, unique within the account for ever. */
  number: number;
  /** SHA-256 that stands for the device's name, 32 bytes. */
  nameHash: Uint8Array;
  /** 33 bytes. */
  identityKey: Uint8Array;
  /** 32 bytes. */
  sealingKey: Uint8Array;
  /** X-Wing public key, 1,216 bytes. */
  hybridKey?: Uint8Array;
  addedAtMs: number;
}

/** The devices that may act for an account. */
export interface DeviceManifest {
  userId: string;
  /** From 1. */
  version: number;
  /** Hash of the manifest before, 32 bytes; zeros for version 1. */
  previousHash: Uint8Array;
  /** 33 bytes. */
  accountKey: Uint8Array;
  devices: ManifestDevice[];
  timeMs: number;
  /**
   * Where `accountKey` succeeds another key: that key's signature over the manifest without it, 64 bytes.
   */
  endorsement?: Uint8Array;
}

/** Highest device number, and so the most devices an account can list. */
const maxDeviceNumber = 127;

/** Bytes of an X-Wing public key. */
const hybridKeyBytes = 1_216;

/** Longest manifest body: 127 devices with hybrid keys. */
export const maxManifestBytes = 262_144;

/** Label of the signature. */
export const manifestLabel = 'device-manifest';

/** Label of the signature with which an account key endorses the next one. */
export const successionLabel = 'account-key-succession';

/** First byte of a manifest under the account key of the one before it. */
const plainFormat = 1;

/** First byte of a manifest that ends with an endorsement of its account key. */
const endorsedFormat = 2;

const endorsementBytes = 64;

/** Where the account key stands, in both formats. */
const accountKeyAt = { start: 57, end: 90 } as const;

const none = new Uint8Array(0);

function serializeDevice(device: ManifestDevice): Uint8Array {
  assertCount(device.number, 'number', maxDeviceNumber);
  assertBytes(device.nameHash, 'nameHash', 32);
  const hybridKey = device.hybridKey ?? none;
  if (device.hybridKey) {
    assertBytes(hybridKey, 'hybridKey', hybridKeyBytes);
    parseHybridPublicKey(hybridKey);
  }
  return concatBytes(
    uuidBytes(device.deviceId),
    Uint8Array.of(device.number),
    device.nameHash,
    parseIdentityPublicKey(device.identityKey),
    parseSealingPublicKey(device.sealingKey),
    be16(hybridKey.length),
    hybridKey,
    be64(device.addedAtMs),
  );
}

/**
 * The canonical bytes of a manifest without its endorsement, devices in ascending order of number:
 * all of format 1, and what an endorsement of format 2 is over.
 */
export function serializeUnendorsed(
  manifest: DeviceManifest,
  format: 'plain' | 'endorsed',
): Uint8Array {
  assertCount(manifest.version, 'version');
  assertBytes(manifest.previousHash, 'previousHash', 32);
  const devices = manifest.devices.toSorted((a, b) => a.number - b.number);
  assertDistinct(devices);
  assertStart(manifest, format === 'endorsed');
  return concatBytes(
    Uint8Array.of(format === 'endorsed' ? endorsedFormat : plainFormat),
    uuidBytes(manifest.userId),
    be64(manifest.version),
    manifest.previousHash,
    parseIdentityPublicKey(manifest.accountKey),
    be64(manifest.timeMs),
    be16(devices.length),
    ...devices.map(serializeDevice),
  );
}

function assertDistinct(devices: readonly ManifestDevice[]): void {
  const ids = new Set(devices.map(({ deviceId }) => deviceId));
  if (ids.size !== devices.length) throw new CryptoError('bad_encoding', 'duplicate device id');
  let last = 0;
  for (const { number } of devices) {
    if (number <= last || number > maxDeviceNumber) {
      throw new CryptoError('bad_encoding', 'device numbers must rise from 1 to 127');
    }
    last = number;
  }
}

/** What a manifest claims of its account key, before anything in it was verified. */
export function claimedAccountKey(body: Uint8Array): Uint8Array {
  return copyBytes(body, accountKeyAt.start, accountKeyAt.end);
}

/** The parts of a body that says it is of format 2; nothing for any other. */
export function splitEndorsed(
  body: Uint8Array,
): { unendorsed: Uint8Array; endorsement: Uint8Array } | undefined {
  if (body[0] !== endorsedFormat || body.length < accountKeyAt.end + endorsementBytes) return;
  const end = body.length - endorsementBytes;
  return { unendorsed: copyBytes(body, 0, end), endorsement: copyBytes(body, end) };
}

function assertStart({ version, previousHash }: DeviceManifest, endorsed: boolean): void {
  if (version === 0) throw new CryptoError('bad_encoding', 'versions start at 1');
  if (version === 1 && endorsed) {
    throw new CryptoError('bad_encoding', 'no key came before the one of version 1');
  }
  if ((version === 1) !== previousHash.every((byte) => byte === 0)) {
    throw new CryptoError('bad_encoding', 'only version 1 has no hash before it');
  }
}

function readDevice(reader: ByteReader): ManifestDevice {
  const deviceId = uuidFromBytes(reader.take(16));
  const number = reader.number(1);
  const nameHash = reader.take(32);
  const identityKey = parseIdentityPublicKey(reader.take(33));
  const sealingKey = parseSealingPublicKey(reader.take(32));
  const hybridLength = reader.number(2);
  if (hybridLength !== 0 && hybridLength !== hybridKeyBytes) throw new CryptoError('bad_encoding');
  const hybridKey = reader.take(hybridLength);
  const device = {
    deviceId,
    number,
    nameHash,
    identityKey,
    sealingKey,
    addedAtMs: reader.number(8),
  };
  return hybridLength > 0 ? { ...device, hybridKey: parseHybridPublicKey(hybridKey) } : device;
}

/**
 * Reads a manifest body without judging its signature or its place in the chain.
 *
 * Throws `too_large`, `bad_encoding` or, for a refused key, `bad_key`.
 */
export function parseDeviceManifest(body: Uint8Array): DeviceManifest {
  assertBytes(body, 'body');
  if (body.length > maxManifestBytes) throw new CryptoError('too_large');
  const reader = new ByteReader(body);
  const format = reader.number(1);
  if (format !== plainFormat && format !== endorsedFormat) {
    throw new CryptoError('bad_encoding', 'unknown format');
  }
  const endorsed = format === endorsedFormat;
  const manifest: DeviceManifest = {
    userId: uuidFromBytes(reader.take(16)),
    version: reader.number(8),
    previousHash: reader.take(32),
    accountKey: parseIdentityPublicKey(reader.take(33)),
    timeMs: reader.number(8),
    devices: [],
  };
  const count = reader.number(2);
  // Before any key is looked at: checking thousands of them would hold the thread.
  if (count > maxDeviceNumber) throw new CryptoError('bad_encoding', 'too many devices');
  while (manifest.devices.length < count) manifest.devices.push(readDevice(reader));
  if (endorsed) manifest.endorsement = reader.take(endorsementBytes);
  reader.end();
  assertDistinct(manifest.devices);
  assertStart(manifest, endorsed);
  return manifest;
}
