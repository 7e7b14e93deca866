/**
 * The construction that messages and receipts share, under different labels: the label picks the
 * derived key and stands in the authenticated data, so neither is ever taken for the other.
 */
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { assertCount, be64 } from '../encoding/integers.ts';
import { padmePad, padmeUnpad } from '../encoding/padme.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { assertCommitment } from '../committed-aead/committed-key.ts';
import { perKeyCache } from '../primitives/per-key-cache.ts';
import { AesGcmKey, gcmNonceBytes } from '../primitives/aes-gcm.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { epochKeyCommitment, type EpochKey } from './epoch-key.ts';
import { messageHeaderBytes, messageVersion, parseMessageHeader } from './message-header.ts';

/** Longest plaintext of a message or receipt, in bytes. */
export const maxMessageBytes = 1_048_576;

/** `message` or `receipt`. */
export type ChatCipherKind = 'message' | 'receipt';

/** Where a message stands; everything here is authenticated, nothing is sent by this package. */
export interface MessagePlace {
  epochKey: EpochKey;
  chatId: string;
  sender: { userId: string; deviceId: string };
  /** A UUID that the sender's client chose. */
  messageId: string;
}

function assertPlace({ epochKey }: MessagePlace): void {
  assertBytes(epochKey.key, 'epochKey.key', 32);
  assertBytes(epochKey.commitment, 'epochKey.commitment', 32);
  assertCount(epochKey.epoch, 'epochKey.epoch');
}

const ciphers = perKeyCache<Promise<{ commitment: Uint8Array; cipher: AesGcmKey }>>();

/** The derived cipher; `bad_key` if the epoch key was not made for this chat and epoch. */
async function cipherFor(
  kind: ChatCipherKind,
  { epochKey, chatId }: MessagePlace,
): Promise<AesGcmKey> {
  const { key, epoch } = epochKey;
  const place = [uuidBytes(chatId), be64(epoch)];
  const { cipher, commitment } = await ciphers(key, `${kind} ${chatId} ${epoch}`, async () => {
    const info = frame(`sotto/v1/${kind}-key`, place);
    const derived = await hkdfSha256({ ikm: key, salt: new Uint8Array(0), info, length: 32 });
    return {
      commitment: await epochKeyCommitment(key, chatId, epoch),
      cipher: new AesGcmKey(derived),
    };
  });
  if (!equalBytes(commitment, epochKey.commitment)) throw new CryptoError('bad_key');
  return cipher;
}

function aadFor(kind: ChatCipherKind, place: MessagePlace, counter: number): Uint8Array {
  const { epochKey, chatId, sender, messageId } = place;
  return frame(`sotto/v1/${kind}`, [
    Uint8Array.of(messageVersion),
    uuidBytes(chatId),
    be64(epochKey.epoch),
    epochKey.commitment,
    uuidBytes(sender.userId),
    uuidBytes(sender.deviceId),
    uuidBytes(messageId),
    be64(counter),
  ]);
}

/** Encrypts; version 1 ‖ commitment 32 ‖ counter 8 ‖ nonce 12 ‖ ciphertext of the padded plaintext. */
export async function encryptInChat(
  kind: ChatCipherKind,
  input: MessagePlace & { counter: number; plaintext: Uint8Array; random?: RandomSource },
): Promise<Uint8Array> {
  assertPlace(input);
  assertCount(input.counter, 'counter');
  assertBytes(input.plaintext, 'plaintext');
  if (input.plaintext.length > maxMessageBytes) throw new CryptoError('too_large');
  const aad = aadFor(kind, input, input.counter);
  const cipher = await cipherFor(kind, input);
  const nonce = drawRandom(input.random ?? systemRandom, gcmNonceBytes);
  return concatBytes(
    Uint8Array.of(messageVersion),
    input.epochKey.commitment,
    be64(input.counter),
    nonce,
    await cipher.seal(nonce, aad, padmePad(input.plaintext)),
  );
}

/** Decrypts what {@link encryptInChat} made for the same place, or `open_failed`. */
export async function decryptInChat(
  kind: ChatCipherKind,
  input: MessagePlace & { ciphertext: Uint8Array },
): Promise<{ plaintext: Uint8Array; counter: number }> {
  assertPlace(input);
  assertBytes(input.ciphertext, 'ciphertext');
  try {
    const { commitment, counter, nonce } = parseMessageHeader(input.ciphertext);
    assertCommitment(input.epochKey.commitment, commitment);
    const cipher = await cipherFor(kind, input);
    const sealed = input.ciphertext.subarray(messageHeaderBytes);
    const padded = await cipher.open(nonce, aadFor(kind, input, counter), sealed);
    return { plaintext: padmeUnpad(padded), counter };
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}
