import { decryptInChat, encryptInChat } from './chat-cipher.ts';
import type { DecryptMessageInput, DecryptedMessage, EncryptMessageInput } from './message.ts';

/** Encrypts a receipt: as `encryptMessage`, under its own key and label. */
export async function encryptReceipt(input: EncryptMessageInput): Promise<Uint8Array> {
  return encryptInChat('receipt', input);
}

/** Opens a receipt; a message offered as a receipt is `open_failed`. */
export async function decryptReceipt(input: DecryptMessageInput): Promise<DecryptedMessage> {
  return decryptInChat('receipt', input);
}
