/**
 * Encodes the websocket frame of a broadcast once, not once for each receiver. Socket.IO does so for
 * text packets; these are binary. What it saves, and how that was measured: docs/performance.md.
 */
import type { Server } from 'socket.io';

interface PacketOptions {
  wsPreEncodedFrame?: Buffer[];
}

/** What is used of the adapter and not declared by it. Where it is missing, frames are made singly. */
interface EncodingAdapter {
  _encode?(this: EncodingAdapter, packet: unknown, options: PacketOptions): unknown[];
}

/** Receivers on other transports, or with compression, get the packet as before. */
export function frameBroadcastsOnce(io: Server): void {
  const adapter = io.of('/').adapter as unknown as EncodingAdapter;
  const encode = adapter._encode;
  if (typeof encode !== 'function') return;
  adapter._encode = function (packet, options) {
    const encoded = encode.call(this, packet, options);
    const [only] = encoded;
    if (encoded.length === 1 && Buffer.isBuffer(only)) {
      options.wsPreEncodedFrame = [binaryFrame(only)];
    }
    return encoded;
  };
}

const finalBinary = 0x82;

/** One unmasked, final, binary frame (RFC 6455 section 5.2), in one piece: one write each. */
export function binaryFrame(payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(finalBinary, length), payload]);
  const isLong = length > 0xffff;
  const header = Buffer.alloc(isLong ? 10 : 4);
  header[0] = finalBinary;
  header[1] = isLong ? 127 : 126;
  if (isLong) header.writeBigUInt64BE(BigInt(length), 2);
  else header.writeUInt16BE(length, 2);
  return Buffer.concat([header, payload]);
}
