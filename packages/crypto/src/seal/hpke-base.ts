/** Single-shot HPKE in base mode (RFC 9180 §6.1) with HKDF-SHA256 and AES-256-GCM over any KEM. */
import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { AesGcmKey } from '../primitives/aes-gcm.ts';
import {
  drawRandom,
  isSystemRandom,
  systemRandom,
  type RandomSource,
} from '../primitives/random.ts';
import type { HpkeKem } from './hpke-kem.ts';
import { computeNonce, keySchedule, type HpkeSuite } from './key-schedule.ts';

/** An encapsulated key (its length is the KEM's) and the ciphertext with its tag. */
export interface HpkeSealed {
  enc: Uint8Array;
  ciphertext: Uint8Array;
}

/** The authenticated string, or how it follows from the encapsulated key. */
type Aad = Uint8Array | ((enc: Uint8Array) => Uint8Array);

const aadFor = (aad: Aad, enc: Uint8Array): Uint8Array =>
  typeof aad === 'function' ? aad(enc) : aad;

const suiteOf = ({ id }: HpkeKem): HpkeSuite => ({
  kemId: id,
  kdfId: 0x0001,
  aeadId: 0x0002,
  keyBytes: 32,
});

/** Seals one message to a public key; `bad_key` for a refused one. */
export async function sealBase(
  kem: HpkeKem,
  input: {
    recipientPublicKey: Uint8Array;
    info: Uint8Array;
    aad: Aad;
    plaintext: Uint8Array;
    random?: RandomSource | undefined;
  },
): Promise<HpkeSealed> {
  assertBytes(input.info, 'info');
  assertBytes(input.plaintext, 'plaintext');
  const { sharedSecret, enc } = await encapsulate(kem, input.recipientPublicKey, input.random);
  const { key, baseNonce } = await keySchedule(suiteOf(kem), sharedSecret, input.info);
  const aad = aadFor(input.aad, enc);
  const nonce = computeNonce(baseNonce, 0);
  const ciphertext = await new AesGcmKey(key, 'once').seal(nonce, aad, input.plaintext);
  return { enc, ciphertext };
}

async function encapsulate(
  kem: HpkeKem,
  recipientPublicKey: Uint8Array,
  random: RandomSource | undefined,
): Promise<{ sharedSecret: Uint8Array; enc: Uint8Array }> {
  const made = isSystemRandom(random) ? await kem.encapNatively?.(recipientPublicKey) : undefined;
  if (made) return made;
  return kem.encap(recipientPublicKey, drawRandom(random ?? systemRandom, kem.randomBytes));
}

/** Opens what {@link sealBase} made; `open_failed` for every refusal of `enc` or `ciphertext`. */
export async function openBase(
  kem: HpkeKem,
  input: {
    recipientPrivateKey: Uint8Array;
    recipientPublicKey?: Uint8Array | undefined;
    enc: Uint8Array;
    info: Uint8Array;
    aad: Aad;
    ciphertext: Uint8Array;
  },
): Promise<Uint8Array> {
  assertBytes(input.recipientPrivateKey, 'recipientPrivateKey', 32);
  assertBytes(input.enc, 'enc');
  assertBytes(input.info, 'info');
  assertBytes(input.ciphertext, 'ciphertext');
  if (input.enc.length !== kem.encBytes) throw new CryptoError('open_failed');
  try {
    const secret = await kem.decap(input.enc, input.recipientPrivateKey, input.recipientPublicKey);
    const { key, baseNonce } = await keySchedule(suiteOf(kem), secret, input.info);
    const aad = aadFor(input.aad, input.enc);
    const nonce = computeNonce(baseNonce, 0);
    return await new AesGcmKey(key, 'once').open(nonce, aad, input.ciphertext);
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}
