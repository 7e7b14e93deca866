/** DHKEM(X25519, HKDF-SHA256) of RFC 9180 §4.1, with the RFC's names. */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { be16 } from '../encoding/integers.ts';
import {
  X25519PrivateKey,
  generateEphemeralX25519,
  heldX25519PrivateKey,
  heldX25519PublicKey,
  type EphemeralX25519,
  type X25519PublicKey,
} from '../primitives/x25519.ts';
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

/** What an encapsulation gives: a 32-byte secret, and the ephemeral public key that carries it. */
interface Encapsulated {
  sharedSecret: Uint8Array;
  enc: Uint8Array;
}

/** Encap with a fresh ephemeral key made from `ikm`; `bad_key` for a refused recipient key. */
export async function encap(
  recipientPublicKey: Uint8Array,
  ikm: Uint8Array,
): Promise<Encapsulated> {
  const recipient = heldX25519PublicKey(recipientPublicKey);
  const key = new X25519PrivateKey(await deriveX25519PrivateKey(ikm));
  const publicKey = await key.publicKey();
  return encapWith(recipient, { publicKey, agree: (peer) => key.agree(peer) });
}

/** Encap with an ephemeral key that WebCrypto draws; nothing where X25519 runs on noble. */
export async function encapNatively(
  recipientPublicKey: Uint8Array,
): Promise<Encapsulated | undefined> {
  const recipient = heldX25519PublicKey(recipientPublicKey);
  const ephemeral = await generateEphemeralX25519();
  return ephemeral && encapWith(recipient, ephemeral);
}

async function encapWith(
  recipient: X25519PublicKey,
  { publicKey: enc, agree }: EphemeralX25519,
): Promise<Encapsulated> {
  const dh = await agree(recipient);
  return { sharedSecret: await extractAndExpand(dh, concatBytes(enc, recipient.bytes)), enc };
}

/** Decap; `bad_key` for a refused encapsulated key. */
export async function decap(
  enc: Uint8Array,
  recipientPrivateKey: Uint8Array,
  recipientPublicKey?: Uint8Array,
): Promise<Uint8Array> {
  const key = heldX25519PrivateKey(recipientPrivateKey, recipientPublicKey);
  const [dh, publicKey] = await Promise.all([
    key.agree(enc),
    recipientPublicKey ?? key.publicKey(),
  ]);
  return extractAndExpand(dh, concatBytes(enc, publicKey));
}
