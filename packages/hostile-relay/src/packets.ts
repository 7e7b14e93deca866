/**
 * Socket.IO packets in msgpack, as they travel inside engine.io's websocket: text frames are
 * engine.io's own (open, ping, pong, upgrade) and pass unchanged, binary frames are one packet each.
 */
import { Decoder, Encoder } from 'socket.io-msgpack-parser';

/** Packet types of the Socket.IO protocol, version 5. */
export const packetType = { connect: 0, disconnect: 1, event: 2, ack: 3, connectError: 4 } as const;

export interface Packet {
  type: number;
  nsp: string;
  /** Event: name and parameters. Acknowledgement: parameters. */
  data?: unknown;
  /** Asks for, or is, the acknowledgement with this number. */
  id?: number;
}

/** Throws for bytes that are no packet. */
export function decodePacket(frame: Uint8Array): Packet {
  const decoder = new Decoder();
  const found: Packet[] = [];
  decoder.on('decoded', (packet: Packet) => found.push(packet));
  decoder.add(frame);
  const [packet] = found;
  if (!packet) throw new Error('not a packet');
  return packet;
}

export function encodePacket(packet: Packet): Uint8Array {
  const [frame] = new Encoder().encode(packet) as unknown as Uint8Array[];
  if (!frame) throw new Error('nothing was encoded');
  return frame;
}

/** Name and body of an event packet. */
export function eventOf(packet: Packet): { name: string; body: unknown } | undefined {
  if (packet.type !== packetType.event || !Array.isArray(packet.data)) return undefined;
  const [name, body] = packet.data as [unknown, unknown];
  return typeof name === 'string' ? { name, body } : undefined;
}
