import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { verifyLabelled } from '../identity/verify-labelled.ts';
import { sha256 } from '../primitives/sha2.ts';
import {
  manifestLabel,
  maxManifestBytes,
  parseDeviceManifest,
  type DeviceManifest,
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
  /** The pinned account key, 33 bytes; never the one that came with the manifest. */
  accountKey: Uint8Array;
  /** What was accepted before; without it any version is accepted. */
  previous?: ManifestHead;
}

/**
 * Verifies a manifest against the pinned account key and the one accepted before it.
 *
 * The signature is checked before anything is read. Throws `bad_signature`; `bad_key` if the body names
 * another account key; `chain_broken` for another user, a gap or another history; `rollback` for a
 * version that is not newer; `bad_encoding` and `too_large`.
 */
export async function verifyDeviceManifest(input: VerifyInput): Promise<VerifiedManifest> {
  const { userId, body, signature, accountKey, previous } = input;
  uuidBytes(userId);
  assertBytes(body, 'body');
  assertBytes(signature, 'signature');
  assertBytes(accountKey, 'accountKey', 33);
  if (body.length > maxManifestBytes) throw new CryptoError('too_large');
  const signed = { publicKey: accountKey, label: manifestLabel, fields: [body], signature };
  if (!(await verifyLabelled(signed))) throw new CryptoError('bad_signature');
  const manifest = parseDeviceManifest(body);
  if (!equalBytes(manifest.accountKey, accountKey)) throw new CryptoError('bad_key');
  if (manifest.userId !== userId) throw new CryptoError('chain_broken');
  if (previous) assertFollows(manifest, previous);
  return { manifest, hash: await sha256(body) };
}

function assertFollows(manifest: DeviceManifest, previous: ManifestHead): void {
  assertBytes(previous.hash, 'previous.hash', 32);
  if (manifest.version <= previous.version) throw new CryptoError('rollback');
  if (manifest.version !== previous.version + 1) throw new CryptoError('chain_broken');
  if (!equalBytes(manifest.previousHash, previous.hash)) throw new CryptoError('chain_broken');
}

/**
 * Verifies consecutive manifests, oldest first, and returns them all.
 *
 * Without `previous` the chain must begin at version 1. An empty chain without `previous` is
 * `chain_broken`.
 */
export async function verifyManifestChain(input: {
  userId: string;
  accountKey: Uint8Array;
  entries: ReadonlyArray<{ body: Uint8Array; signature: Uint8Array }>;
  previous?: ManifestHead;
}): Promise<VerifiedManifest[]> {
  const { userId, accountKey, entries } = input;
  const verified: VerifiedManifest[] = [];
  let previous = input.previous;
  if (!previous && entries.length === 0) throw new CryptoError('chain_broken');
  for (const { body, signature } of entries) {
    const entry = { userId, accountKey, body, signature };
    const next = await verifyDeviceManifest(previous ? { ...entry, previous } : entry);
    if (!previous && next.manifest.version !== 1) throw new CryptoError('chain_broken');
    previous = { version: next.manifest.version, hash: next.hash };
    verified.push(next);
  }
  return verified;
}
