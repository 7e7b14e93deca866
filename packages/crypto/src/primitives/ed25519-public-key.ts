import { ed25519 } from '@noble/curves/ed25519.js';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { fromBase64Url } from '../encoding/base64.ts';
import { fromHex } from '../encoding/hex.ts';
import { nativeChoice, onEither } from './back-end.ts';
import type { NativeKey, Subtle } from './web-platform.ts';

/*
 * WebCrypto whenever it is there. 2 shared cores, noble and native: 328 and 379 µs in Node 20.20, which
 * takes its time over PKCS #8; 109 and 34 µs in Chromium.
 */

/** PKCS #8 of an Ed25519 seed up to its 32 bytes (RFC 8410 §7). */
const pkcs8Prefix = fromHex('302e020100300506032b657004220420');

/** A seed in WebCrypto, with the public key that it derived. */
export interface NativeSigningKey {
  key: NativeKey;
  publicKey: Uint8Array;
}

/** WebCrypto gives a public key out only through the JWK of an extractable private key. */
export async function importSeed(subtle: Subtle, seed: Uint8Array): Promise<NativeSigningKey> {
  const pkcs8 = concatBytes(pkcs8Prefix, seed);
  const key = await subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x } = await subtle.exportKey('jwk', key);
  if (x === undefined) throw new Error('WebCrypto exported no public key');
  return { key, publicKey: fromBase64Url(x) };
}

/** RFC 8032 §7.1, test 1: the signature is of the empty message. */
export const knownSignature = {
  seed: fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
  publicKey: fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
  signature: fromHex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ),
};

const native = nativeChoice('Ed25519 key derivation', async (subtle) => {
  const { publicKey } = await importSeed(subtle, knownSignature.seed);
  return equalBytes(publicKey, knownSignature.publicKey);
});

/** The Ed25519 public key of a 32-byte seed (RFC 8032 §5.1.5). */
export async function ed25519PublicKey(seed: Uint8Array): Promise<Uint8Array> {
  assertBytes(seed, 'seed', 32);
  const subtle = await native(true);
  return onEither(
    subtle,
    async (on) => (await importSeed(on, seed)).publicKey,
    () => ed25519.getPublicKey(seed),
  );
}
