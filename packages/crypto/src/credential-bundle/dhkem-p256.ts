/** DHKEM(P-256, HKDF-SHA256) of RFC 9180 §4.1 and §7.1, with the RFC's names. */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { be16 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { isP256PrivateKey, p256Agree, p256PublicKeyOf } from '../primitives/p256-private.ts';
import { p256UncompressedBytes, parseP256PublicKey } from '../primitives/p256-verify.ts';
import type { HpkeKem } from '../seal/hpke-kem.ts';
import { labeledExpand, labeledExtract } from '../seal/labeled-hkdf.ts';

const kemId = 0x0010;
const suiteId = concatBytes(Uint8Array.of(0x4b, 0x45, 0x4d), be16(kemId));
const empty = new Uint8Array(0);

async function extractAndExpand(dh: Uint8Array, kemContext: Uint8Array): Promise<Uint8Array> {
  const prk = await labeledExtract(suiteId, empty, 'eae_prk', dh);
  return labeledExpand(suiteId, prk, 'shared_secret', kemContext, 32);
}

/** DeriveKeyPair (§7.1.3): the private key for 32 or more bytes of input keying material. */
export async function deriveP256PrivateKey(ikm: Uint8Array): Promise<Uint8Array> {
  assertBytes(ikm, 'ikm');
  const prk = await labeledExtract(suiteId, empty, 'dkp_prk', ikm);
  for (let counter = 0; counter <= 255; counter++) {
    const info = Uint8Array.of(counter);
    const candidate = await labeledExpand(suiteId, prk, 'candidate', info, 32);
    if (isP256PrivateKey(candidate)) return candidate;
  }
  throw new CryptoError('bad_key', 'no key from this material');
}

/** DHKEM(P-256, HKDF-SHA256), 0x0010; public and encapsulated keys are uncompressed, 65 bytes. */
export const kemP256: HpkeKem = {
  id: kemId,
  encBytes: p256UncompressedBytes,
  randomBytes: 32,
  async encap(recipientPublicKey, randomness) {
    const ephemeral = await deriveP256PrivateKey(randomness);
    const enc = p256PublicKeyOf(ephemeral).uncompressed;
    const { uncompressed } = parseP256PublicKey(recipientPublicKey);
    const dh = p256Agree(ephemeral, uncompressed);
    return { sharedSecret: await extractAndExpand(dh, concatBytes(enc, uncompressed)), enc };
  },
  async decap(enc, recipientPrivateKey) {
    if (enc.length !== p256UncompressedBytes) throw new CryptoError('bad_key');
    const dh = p256Agree(recipientPrivateKey, enc);
    const { uncompressed } = p256PublicKeyOf(recipientPrivateKey);
    return extractAndExpand(dh, concatBytes(enc, uncompressed));
  },
};
