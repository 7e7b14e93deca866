import type { RandomSource } from '../primitives/random.ts';
import { decryptInChat, encryptInChat, type MessagePlace } from './chat-cipher.ts';

/** What {@link encryptMessage} and {@link encryptReceipt} take. */
export interface EncryptMessageInput extends MessagePlace {
  /** The sender device's own count, 0 to 2^53 − 1. */
  counter: number;
  /** Up to 1 MiB. */
  plaintext: Uint8Array;
  random?: RandomSource;
}

/** What {@link decryptMessage} and {@link decryptReceipt} take. */
export interface DecryptMessageInput extends MessagePlace {
  ciphertext: Uint8Array;
}

/** An opened message or receipt, with the counter that was authenticated. */
export interface DecryptedMessage {
  plaintext: Uint8Array;
  counter: number;
}

/**
 * Encrypts a message for its chat, epoch, sender, id and counter.
 *
 * AES-256-GCM with a random 96-bit nonce over the Padmé-padded plaintext; the result names its key.
 * Throws `too_large` above 1 MiB and `bad_key` if the epoch key belongs to another chat.
 */
export async function encryptMessage(input: EncryptMessageInput): Promise<Uint8Array> {
  return encryptInChat('message', input);
}

/**
 * Opens a message; `open_failed` unless key, chat, epoch, sender, id and every byte are as encrypted.
 *
 * Choose the epoch key by `parseMessageHeader(...).keyId`, never by trying.
 */
export async function decryptMessage(input: DecryptMessageInput): Promise<DecryptedMessage> {
  return decryptInChat('message', input);
}
