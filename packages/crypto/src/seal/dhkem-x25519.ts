/** DHKEM(X25519, HKDF-SHA256) of RFC 9180 §4.1, with the RFC's names. */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { be16 } from '../encoding/integers.ts';
import { X25519PrivateKey, assertX25519PublicKey } from '../primitives/x25519.ts';
import { labeledExpand, labeledExtract } from './labeled-hkdf.ts';

/** KEM id 0x0020. */
export const kemX25519HkdfSha256 = 0x0020;

const suiteId = concatBytes(Uint8Array.of(0x4b, 0x45, 0x4d), be16(kemX25519HkdfSha256));
const empty = new Uint8Array(0);

async function extractAndExpand(dh: Uint8Array, kemContext: Uint8Array): Promise<Uint8Array> {
  const prk = await labeledExtract(suiteId, empty, 'eae_prk', dh);
  return labeledExpand(suiteId, prk, 'shared_secret', kemContext, 32);
}

/** DeriveKeyPair: the 32-byte private key for 32 or more bytes of input keying material. */
export async function deriveX25519PrivateKey(ikm: Uint8Array): Promise<Uint8Array> {
  assertBytes(ikm, 'ikm');
  const prk = await labeledExtract(suiteId, empty, 'dkp_prk', ikm);
  return labeledExpand(suiteId, prk, 'sk', empty, 32);
}

/** Encap with a fresh ephemeral key made from `ikm`; `bad_key` for a refused recipient key. */
export async function encap(
  recipientPublicKey: Uint8Array,
  ikm: Uint8Array,
): Promise<{ sharedSecret: Uint8Array; enc: Uint8Array }> {
  assertX25519PublicKey(recipientPublicKey);
  const ephemeral = new X25519PrivateKey(await deriveX25519PrivateKey(ikm));
  const [dh, enc] = await Promise.all([ephemeral.agree(recipientPublicKey), ephemeral.publicKey()]);
  return { sharedSecret: await extractAndExpand(dh, concatBytes(enc, recipientPublicKey)), enc };
}

/** Decap; `bad_key` for a refused encapsulated key. */
export async function decap(
  enc: Uint8Array,
  recipientPrivateKey: Uint8Array,
  recipientPublicKey?: Uint8Array,
): Promise<Uint8Array> {
  const key = new X25519PrivateKey(recipientPrivateKey, recipientPublicKey);
  const [dh, publicKey] = await Promise.all([
    key.agree(enc),
    recipientPublicKey ?? key.publicKey(),
  ]);
  return extractAndExpand(dh, concatBytes(enc, publicKey));
}
