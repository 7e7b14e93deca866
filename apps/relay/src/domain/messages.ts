import { ProtocolError } from '@sotto/protocol';
import type { MessageSendRequest, MessageSendResponse } from '@sotto/protocol';
import type { AppendWriter } from './append-writer.ts';
import type { DeviceCaller } from './caller.ts';
import type { FanOut } from './fan-out.ts';

/** A stored message: what its sender is told, then what to do so that the chat hears of it. */
export interface SentMessage {
  response: MessageSendResponse;
  announce(): void;
}

/** Durable first, then the answer, then the others: resolves after commit. */
export async function sendMessage(
  parts: { writer: AppendWriter; fanOut: FanOut },
  caller: DeviceCaller & { socketId?: string },
  request: MessageSendRequest,
): Promise<SentMessage> {
  const ciphertext = asBuffer(request.ciphertext);
  const { outcome, isNews } = await parts.writer.append({
    chatId: request.chatId,
    senderId: caller.userId,
    deviceId: caller.deviceId,
    clientId: request.clientId,
    ciphertext,
  });
  if (outcome.outcome !== 'ok') throw new ProtocolError(outcome.outcome);
  const { seq, createdAtMs } = outcome;
  const announce = () =>
    parts.fanOut.emit({ chats: [request.chatId], exceptSocket: caller.socketId }, 'message:new', {
      chatId: request.chatId,
      seq,
      clientId: request.clientId,
      senderId: caller.userId,
      senderDeviceId: caller.deviceId,
      ciphertext,
      createdAtMs,
    });
  return { response: { seq, createdAtMs }, announce: isNews ? announce : () => undefined };
}

/**
 * The frame encoder takes nothing but a `Buffer` as binary: of another view it would send the whole
 * memory behind it.
 */
export function asBuffer(bytes: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
