import { equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { identityKeyPairFromSeed } from '../identity/identity-key-pair.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import { manifestLabel, serializeDeviceManifest, type DeviceManifest } from './device-manifest.ts';

/** A manifest as it is published. */
export interface SignedManifest {
  body: Uint8Array;
  /** 64 bytes. */
  signature: Uint8Array;
  /** SHA-256 of the body, 32 bytes: the next manifest's `previousHash`. */
  hash: Uint8Array;
}

/**
 * Signs a manifest with the account key's seed; devices are put in order of number.
 *
 * Throws `bad_key` if the manifest names another account key or a device key is refused, and
 * `bad_encoding` for duplicate ids or numbers or a wrong start of the chain.
 */
export async function signDeviceManifest(input: {
  manifest: DeviceManifest;
  accountSeed: Uint8Array;
  random?: RandomSource;
}): Promise<SignedManifest> {
  const { manifest, accountSeed, random } = input;
  const body = serializeDeviceManifest(manifest);
  const { publicKey } = await identityKeyPairFromSeed(accountSeed);
  if (!equalBytes(publicKey, manifest.accountKey)) throw new CryptoError('bad_key');
  const signing = { seed: accountSeed, label: manifestLabel, fields: [body] };
  const signature = await signLabelled(random ? { ...signing, random } : signing);
  return { body, signature, hash: await sha256(body) };
}
