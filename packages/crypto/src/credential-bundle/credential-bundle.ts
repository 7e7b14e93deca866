/**
 * Credential bundles: an API key's private half, sealed to a client's key in Turnkey's format. A bundle
 * says nothing about who made it; the signature of its envelope does.
 */
import { fromHex, toHex } from '../encoding/hex.ts';
import { CryptoError } from '../errors.ts';
import { isP256PrivateKey } from '../primitives/p256-private.ts';
import { parseP256PublicKey } from '../primitives/p256-verify.ts';
import type { RandomSource } from '../primitives/random.ts';
import { openBundle, sealBundle } from './hpke-bundle.ts';
import { readPrivateKey, sessionKeypairOf, type SessionKeypair } from './session-keypair.ts';

/**
 * Seals an API private key to a client's public key (66 or 130 hexadecimal digits).
 *
 * Throws `bad_encoding` or `bad_key` for refused keys.
 */
export async function sealCredentialBundle(input: {
  privateKeyHex: string;
  targetPublicKeyHex: string;
  random?: RandomSource;
}): Promise<string> {
  const privateKey = readPrivateKey(input.privateKeyHex);
  const recipient = parseP256PublicKey(fromHex(input.targetPublicKeyHex));
  return sealBundle(recipient, privateKey, input.random);
}

/**
 * Opens a bundle with the private key it was sealed to and returns the API key pair inside.
 *
 * `open_failed` for every refusal of the bundle; verify its envelope first.
 */
export async function openCredentialBundle(input: {
  bundle: string;
  privateKeyHex: string;
}): Promise<SessionKeypair> {
  const opened = await openBundle(readPrivateKey(input.privateKeyHex), input.bundle);
  if (!isP256PrivateKey(opened)) throw new CryptoError('open_failed');
  return sessionKeypairOf(toHex(opened));
}
