import { randomBytes, randomUUID } from 'node:crypto';
import type { ChatId, ClientId, DeviceId, MessageEnvelope, UserId } from '@sotto/protocol';
import msgpackParser from 'socket.io-msgpack-parser';

const payloadBytes = 1024;

/** What every client of a room is sent: 1 KB of ciphertext and the fields round it. */
export const envelope = (chatId: string): MessageEnvelope => ({
  chatId: chatId as ChatId,
  seq: 1,
  clientId: randomUUID() as ClientId,
  senderId: randomUUID() as UserId,
  senderDeviceId: randomUUID() as DeviceId,
  ciphertext: randomBytes(payloadBytes),
  createdAtMs: Date.now(),
});

/** A Socket.IO packet as it travels. */
export function encode(packet: unknown): Buffer {
  const [frame] = new msgpackParser.Encoder().encode(packet) as unknown as Buffer[];
  if (!frame) throw new Error('nothing encoded');
  return frame;
}
