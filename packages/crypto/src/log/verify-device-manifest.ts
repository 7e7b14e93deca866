import { assertBytes, copyBytes, equalBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { verifyLabelled } from '../identity/verify-labelled.ts';
import { giveWay } from '../primitives/give-way.ts';
import { sha256 } from '../primitives/sha2.ts';
import {
  claimedAccountKey,
  manifestLabel,
  maxManifestBytes,
  parseDeviceManifest,
  splitEndorsed,
  successionLabel,
  type DeviceManifest,
  type ManifestDevice,
} from './device-manifest.ts';

/** The manifest that was accepted last. */
export interface ManifestHead {
  version: number;
  /** 32 bytes. */
  hash: Uint8Array;
}

/** A manifest that verified, with its hash. */
export interface VerifiedManifest {
  manifest: DeviceManifest;
  hash: Uint8Array;
}

interface VerifyInput {
  userId: string;
  body: Uint8Array;
  signature: Uint8Array;
  /**
   * The account key that signed so far, 33 bytes: the pinned one, or the one that the manifest accepted
   * last names; never the one that came with this manifest.
   */
  accountKey: Uint8Array;
  /** What was accepted before; without it any version is accepted. */
  previous?: ManifestHead;
}

/**
 * Verifies a manifest against the account key and the manifest accepted before it. It is signed by
 * `accountKey`, or by another key that `accountKey` endorses in it; `manifest.accountKey` says which, and
 * is the one to verify the next manifest with.
 *
 * Signatures are checked before anything is read. Throws `bad_signature`; `bad_key` if the body names
 * another account key without an endorsement; `chain_broken` for another user, a gap or another history;
 * `rollback` for a version that is not newer; `bad_encoding`, also for an endorsement without another
 * key where `previous` is given (without it, a manifest that is known already may be looked at under the
 * key that it brought); `too_large`.
 */
export async function verifyDeviceManifest(input: VerifyInput): Promise<VerifiedManifest> {
  const { userId, signature, accountKey, previous } = input;
  uuidBytes(userId);
  assertBytes(input.body, 'body');
  // A copy: what was verified is what is read, whatever the caller does with its array meanwhile.
  const body = copyBytes(input.body);
  assertBytes(signature, 'signature');
  assertBytes(accountKey, 'accountKey', 33);
  if (body.length > maxManifestBytes) throw new CryptoError('too_large');
  const signer = await signerOf(body, accountKey);
  const signed = { publicKey: signer, label: manifestLabel, fields: [body], signature };
  if (!(await verifyLabelled(signed))) throw new CryptoError('bad_signature');
  const manifest = parseDeviceManifest(body);
  if (!equalBytes(manifest.accountKey, signer)) throw new CryptoError('bad_key');
  if (manifest.userId !== userId) throw new CryptoError('chain_broken');
  if (previous) assertFollows(manifest, previous, accountKey);
  return { manifest, hash: await sha256(body) };
}

/** The key that has to have signed: `accountKey`, or the one in the body if `accountKey` endorses it. */
async function signerOf(body: Uint8Array, accountKey: Uint8Array): Promise<Uint8Array> {
  const claimed = claimedAccountKey(body);
  const parts = splitEndorsed(body);
  if (!parts || equalBytes(claimed, accountKey)) return accountKey;
  const endorsed = await verifyLabelled({
    publicKey: accountKey,
    label: successionLabel,
    fields: [parts.unendorsed],
    signature: parts.endorsement,
  });
  if (!endorsed) throw new CryptoError('bad_signature');
  return claimed;
}

function assertFollows(
  manifest: DeviceManifest,
  previous: ManifestHead,
  accountKey: Uint8Array,
): void {
  assertBytes(previous.hash, 'previous.hash', 32);
  if (manifest.version <= previous.version) throw new CryptoError('rollback');
  if (manifest.version !== previous.version + 1) throw new CryptoError('chain_broken');
  if (!equalBytes(manifest.previousHash, previous.hash)) throw new CryptoError('chain_broken');
  if (manifest.endorsement && equalBytes(manifest.accountKey, accountKey)) {
    throw new CryptoError('bad_encoding', 'a key does not succeed itself');
  }
}

/** What a device keeps for ever: a number and an identity key belong to one device id. */
export type DeviceIdentity = Pick<ManifestDevice, 'deviceId' | 'number' | 'identityKey'>;

/** Every device that a chain has listed; `chain_broken` for a number or an id that is given again. */
class ListedDevices {
  readonly #byNumber = new Map<number, DeviceIdentity>();
  readonly #byId = new Map<string, DeviceIdentity>();

  add(device: DeviceIdentity): void {
    const { deviceId, number, identityKey } = device;
    const known = this.#byId.get(deviceId) ?? this.#byNumber.get(number);
    if (!known) {
      this.#byId.set(deviceId, device);
      this.#byNumber.set(number, device);
    } else if (
      known.deviceId !== deviceId ||
      known.number !== number ||
      !equalBytes(known.identityKey, identityKey)
    ) {
      throw new CryptoError('chain_broken', 'a device number or id was given to another device');
    }
  }
}

/**
 * Verifies consecutive manifests, oldest first, and returns them all. A device that went and came back
 * has the number and the identity key it had: sessions and sender keys are kept under them.
 *
 * `accountKey` is the key that holds before the first entry. It goes on from key to key where a manifest
 * endorses another one: the account's key now is the one that the last manifest names.
 *
 * Without `previous` the chain must begin at version 1; with it, `devices` are those that the chain has
 * listed before. An empty chain without `previous` is `chain_broken`, as is a number or an id that is
 * given to another device.
 */
export async function verifyManifestChain(input: {
  userId: string;
  accountKey: Uint8Array;
  entries: ReadonlyArray<{ body: Uint8Array; signature: Uint8Array }>;
  previous?: ManifestHead;
  devices?: readonly DeviceIdentity[];
}): Promise<VerifiedManifest[]> {
  const { userId, entries } = input;
  const verified: VerifiedManifest[] = [];
  const listed = new ListedDevices();
  for (const device of input.devices ?? []) listed.add(device);
  let { accountKey, previous } = input;
  if (!previous && entries.length === 0) throw new CryptoError('chain_broken');
  for (const { body, signature } of entries) {
    const entry = { userId, accountKey, body, signature };
    const next = await verifyDeviceManifest(previous ? { ...entry, previous } : entry);
    if (!previous && next.manifest.version !== 1) throw new CryptoError('chain_broken');
    for (const device of next.manifest.devices) listed.add(device);
    previous = { version: next.manifest.version, hash: next.hash };
    ({ accountKey } = next.manifest);
    verified.push(next);
    await giveWay();
  }
  return verified;
}
