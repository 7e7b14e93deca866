/**
 * The Socket.IO parser of this relay: MessagePack as `socket.io-msgpack-parser` writes it, read by
 * the strict decoder. An exception in `add` closes the connection.
 */
import { EventEmitter } from 'node:events';
// The writing half only; the reading half is replaced below.
import msgpackParser from 'socket.io-msgpack-parser';
import { decodeFrame, FrameError } from './frame-decoder.ts';

const packetTypes = { connect: 0, disconnect: 1, event: 2, acknowledgement: 3 } as const;

interface Packet {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number;
}

class Decoder extends EventEmitter {
  add(frame: unknown): void {
    if (!Buffer.isBuffer(frame)) throw new FrameError('not a binary frame');
    this.emit('decoded', asPacket(decodeFrame(frame)));
  }

  destroy(): void {
    this.removeAllListeners();
  }
}

function asPacket(value: unknown): Packet {
  if (!isRecord(value)) throw new FrameError('not a packet');
  const { type, nsp, data, id } = value;
  if (typeof type !== 'number' || typeof nsp !== 'string') throw new FrameError('not a packet');
  if (id !== undefined && !(Number.isSafeInteger(id) && (id as number) >= 0)) {
    throw new FrameError('bad packet id');
  }
  if (!isDataOf(type, data)) throw new FrameError('bad packet data');
  return {
    type,
    nsp,
    ...(data === undefined ? {} : { data }),
    ...(id === undefined ? {} : { id: id as number }),
  };
}

function isDataOf(type: number, data: unknown): boolean {
  switch (type) {
    case packetTypes.connect:
      return data === undefined || isRecord(data);
    case packetTypes.disconnect:
      return data === undefined;
    case packetTypes.event:
    case packetTypes.acknowledgement:
      return Array.isArray(data);
    default:
      return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof ArrayBuffer)
  );
}

/** For Socket.IO's `parser` option. */
export const frameParser = { ...msgpackParser, Decoder };
