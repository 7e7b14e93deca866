import { decryptMessage, fromUtf8, isCryptoError, parseMessageHeader } from '@sotto/crypto';
import { messagePayloadSchema } from '@sotto/protocol';
import type { MessageEnvelope } from '@sotto/protocol';
import * as z from 'zod/mini';
import { isClientError } from '../client-error.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatAtRest } from './chat-record.ts';
import type { KeyRing } from './key-ring.ts';
import type { MessageAtRest } from './message-record.ts';

/** An envelope with byte strings over any buffer. */
export type Envelope = Omit<MessageEnvelope, 'ciphertext'> & { ciphertext: Uint8Array };

export interface OpenedMessage {
  message: MessageAtRest;
  /** The sender's counter, authenticated; null when the message could not be opened. */
  counter: number | null;
}

const newerKindSchema = z.looseObject({ kind: z.string(), sentAtMs: z.optional(z.number()) });

/**
 * Opens an envelope, or says why not. Chat, sender, device and id outside are all bound into the
 * encryption: a message moved, re-attributed or altered by the relay comes out as `altered`. The
 * sending device must be one its owner certified.
 */
export async function openMessage(options: {
  envelope: Envelope;
  chat: ChatAtRest;
  ring: KeyRing;
  trust: TrustStore;
}): Promise<OpenedMessage> {
  const { envelope, chat, ring, trust } = options;
  const { senderId, senderDeviceId, clientId, seq, createdAtMs, ciphertext } = envelope;
  const shared = { seq, clientId, senderId, senderDeviceId, createdAtMs };
  const unreadable = (cause: 'key_missing' | 'altered' | 'malformed'): OpenedMessage => ({
    message: {
      ...shared,
      sentAtMs: createdAtMs,
      body: { kind: 'unreadable', cause },
      ciphertext: Uint8Array.from(ciphertext),
    },
    counter: null,
  });
  if (!chat.members.some(({ userId }) => userId === senderId)) return unreadable('altered');
  let keyId: Uint8Array;
  try {
    ({ keyId } = parseMessageHeader(ciphertext));
  } catch (error) {
    if (isCryptoError(error)) return unreadable('malformed');
    throw error;
  }
  const epochKey = await ring.find(chat.chatId, keyId);
  if (!epochKey) return unreadable('key_missing');
  const device = await trust.device(senderId, senderDeviceId).catch((error: unknown) => {
    const doubted = isClientError(error, 'rollback') || isClientError(error, 'untrusted');
    if (doubted || isClientError(error, 'not_found')) return undefined;
    throw error;
  });
  if (!device) return unreadable('altered');
  let opened: { plaintext: Uint8Array; counter: number };
  try {
    opened = await decryptMessage({
      epochKey,
      chatId: chat.chatId,
      sender: { userId: senderId, deviceId: senderDeviceId },
      messageId: clientId,
      ciphertext,
    });
  } catch (error) {
    if (isCryptoError(error)) return unreadable('altered');
    throw error;
  }
  const { counter } = opened;
  const payload = parsePayload(opened.plaintext);
  const text = messagePayloadSchema.safeParse(payload);
  if (text.success) {
    const { sentAtMs } = text.data;
    const body = { kind: 'text' as const, text: text.data.text };
    return { message: { ...shared, sentAtMs, body, ciphertext: null }, counter };
  }
  const newer = newerKindSchema.safeParse(payload);
  const known = newer.success && newer.data.kind !== 'text';
  const body = known
    ? ({ kind: 'unknown' } as const)
    : ({ kind: 'unreadable', cause: 'malformed' } as const);
  // Kept as ciphertext too, for the version of Sotto that knows this kind.
  const kept = known ? Uint8Array.from(ciphertext) : null;
  return { message: { ...shared, sentAtMs: createdAtMs, body, ciphertext: kept }, counter };
}

function parsePayload(plaintext: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(plaintext)) as unknown;
  } catch {
    return undefined;
  }
}
