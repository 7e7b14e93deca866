/** The key derivations of PQXDH and the Double Ratchet, with Signal's labels. */
import { concatBytes } from '../encoding/bytes.ts';
import { utf8 } from '../encoding/text.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { hmacSha256 } from '../primitives/hmac.ts';

const none = new Uint8Array(0);
const handshakeLabel = utf8('WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024');
const ratchetLabel = utf8('WhisperRatchet');
const messageLabel = utf8('WhisperMessageKeys');
const seedConstant = Uint8Array.of(1);
const nextConstant = Uint8Array.of(2);

/** PQXDH §3.3: root key, chain key and the post-quantum ratchet's key from the agreements in order. */
export async function handshakeKeys(secrets: readonly Uint8Array[]): Promise<{
  rootKey: Uint8Array;
  chainKey: Uint8Array;
  pqKey: Uint8Array;
}> {
  const ikm = concatBytes(new Uint8Array(32).fill(0xff), ...secrets);
  const keys = await hkdfSha256({ ikm, salt: none, info: handshakeLabel, length: 96 });
  return { rootKey: keys.slice(0, 32), chainKey: keys.slice(32, 64), pqKey: keys.slice(64) };
}

/** KDF_RK of the Double Ratchet §5.2. */
export async function rootStep(
  rootKey: Uint8Array,
  secret: Uint8Array,
): Promise<{ rootKey: Uint8Array; chainKey: Uint8Array }> {
  const keys = await hkdfSha256({ ikm: secret, salt: rootKey, info: ratchetLabel, length: 64 });
  return { rootKey: keys.slice(0, 32), chainKey: keys.slice(32) };
}

/** The message seed half of KDF_CK. */
export const messageSeed = (chainKey: Uint8Array): Promise<Uint8Array> =>
  hmacSha256(chainKey, seedConstant);

/** The chain half of KDF_CK. */
export const nextChainKey = (chainKey: Uint8Array): Promise<Uint8Array> =>
  hmacSha256(chainKey, nextConstant);

/** Keys of one message. */
export interface MessageKeys {
  cipherKey: Uint8Array;
  macKey: Uint8Array;
  iv: Uint8Array;
}

/** Keys of a message from its seed, mixed with the post-quantum ratchet's key where there is one. */
export async function messageKeys(
  seed: Uint8Array,
  pqKey: Uint8Array | undefined,
): Promise<MessageKeys> {
  const salt = pqKey ?? none;
  const keys = await hkdfSha256({ ikm: seed, salt, info: messageLabel, length: 80 });
  return { cipherKey: keys.slice(0, 32), macKey: keys.slice(32, 64), iv: keys.slice(64) };
}
