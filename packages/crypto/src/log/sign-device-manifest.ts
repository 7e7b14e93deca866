import { concatBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { identityKeyPairFromSeed } from '../identity/identity-key-pair.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import {
  manifestLabel,
  serializeUnendorsed,
  successionLabel,
  type DeviceManifest,
} from './device-manifest.ts';

/** A manifest as it is published. */
export interface SignedManifest {
  body: Uint8Array;
  /** 64 bytes. */
  signature: Uint8Array;
  /** SHA-256 of the body, 32 bytes: the next manifest's `previousHash`. */
  hash: Uint8Array;
}

/**
 * Signs a manifest with the account key's seed; devices are put in order of number. `formerSeed`: the
 * key that signed so far endorses `manifest.accountKey`, which signs from this manifest on. An endorsement
 * in `manifest` is not taken over: it belongs to the manifest it was read from.
 *
 * Throws `bad_key` if the manifest names another account key or a device key is refused, and
 * `bad_encoding` for duplicate ids or numbers, a wrong start of the chain, or a key that succeeds itself.
 */
export async function signDeviceManifest(input: {
  manifest: DeviceManifest;
  accountSeed: Uint8Array;
  formerSeed?: Uint8Array;
  random?: RandomSource;
}): Promise<SignedManifest> {
  const { manifest, accountSeed, formerSeed, random } = input;
  const unendorsed = serializeUnendorsed(manifest, formerSeed === undefined ? 'plain' : 'endorsed');
  const { publicKey } = await identityKeyPairFromSeed(accountSeed);
  if (!equalBytes(publicKey, manifest.accountKey)) throw new CryptoError('bad_key');
  const sign = (seed: Uint8Array, label: string, field: Uint8Array) =>
    signLabelled({ seed, label, fields: [field], ...(random && { random }) });
  let body = unendorsed;
  if (formerSeed !== undefined) {
    const former = await identityKeyPairFromSeed(formerSeed);
    if (equalBytes(former.publicKey, publicKey)) {
      throw new CryptoError('bad_encoding', 'a key does not succeed itself');
    }
    body = concatBytes(unendorsed, await sign(formerSeed, successionLabel, unendorsed));
  }
  const signature = await sign(accountSeed, manifestLabel, body);
  return { body, signature, hash: await sha256(body) };
}
