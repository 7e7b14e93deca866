/**
 * The box for wrapped keys, vault parts and local records:
 * 0x01 ‖ commitment 32 ‖ nonce 12 ‖ AES-256-GCM ciphertext and tag.
 * The label picks the derived key, the fields are authenticated with it.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, assertBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { gcmNonceBytes } from '../primitives/aes-gcm.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { commitmentBytes, deriveCommittedKey, type CommittedKey } from './committed-key.ts';
import { perKeyCache } from '../primitives/per-key-cache.ts';

const boxVersion = 1;

const committedKeys = perKeyCache<Promise<CommittedKey>>();

function committedKeyFor(key: Uint8Array, label: string): Promise<CommittedKey> {
  return committedKeys(key, label, () => deriveCommittedKey(key, label));
}

/** Which key, what for, and what the box is bound to. */
export interface BoxBinding {
  /** 32 bytes. */
  key: Uint8Array;
  label: string;
  fields: readonly Uint8Array[];
}

/** Encrypts into a box. */
export async function sealBox(
  binding: BoxBinding,
  plaintext: Uint8Array,
  random: RandomSource = systemRandom,
): Promise<Uint8Array> {
  const { key, label, fields } = binding;
  assertBytes(key, 'key', 32);
  const { cipher, commitment } = await committedKeyFor(key, `${label}/key`);
  const nonce = drawRandom(random, gcmNonceBytes);
  const ciphertext = await cipher.seal(nonce, frame(label, fields), plaintext);
  return concatBytes(Uint8Array.of(boxVersion), commitment, nonce, ciphertext);
}

/** Opens a box; `open_failed` for another key, label, binding, or any changed byte. */
export function openBox(binding: BoxBinding, box: Uint8Array): Promise<Uint8Array> {
  return openBoxUnder([binding], box);
}

/**
 * Opens a box with the binding whose key it commits to, and with no other; `open_failed` if there is none,
 * else as {@link openBox}.
 */
export async function openBoxUnder(
  bindings: readonly BoxBinding[],
  box: Uint8Array,
): Promise<Uint8Array> {
  assertBytes(box, 'box');
  for (const { key } of bindings) assertBytes(key, 'key', 32);
  try {
    const reader = new ByteReader(box);
    if (reader.number(1) !== boxVersion) throw new CryptoError('open_failed');
    const named = reader.take(commitmentBytes);
    const nonce = reader.take(gcmNonceBytes);
    const ciphertext = reader.rest();
    for (const { key, label, fields } of bindings) {
      const { cipher, commitment } = await committedKeyFor(key, `${label}/key`);
      if (equalBytes(commitment, named)) {
        return await cipher.open(nonce, frame(label, fields), ciphertext);
      }
    }
  } catch (error) {
    if (!isCryptoError(error)) throw error;
  }
  throw new CryptoError('open_failed');
}
