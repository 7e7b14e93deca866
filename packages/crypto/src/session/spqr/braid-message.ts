/** The ratchet's part of a message: 0x01 ‖ varint epoch ‖ varint key index ‖ type ‖ [varint chunk index ‖ 32]. */
import { concatBytes } from '../../encoding/bytes.ts';
import { CryptoError } from '../../errors.ts';
import { encodeVarint, readVarint } from '../../protobuf/varint.ts';
import { chunkBytes, chunkIndices, type Chunk } from './erasure-code.ts';

const version = 1;

/** Types in the order of their numbers. */
export const braidTypes = ['none', 'header', 'ek', 'ekCt1Ack', 'ct1Ack', 'ct1', 'ct2'] as const;

/** What a message carries. */
export type BraidType = (typeof braidTypes)[number];

/** Type and, for all but `none` and `ct1Ack`, a chunk. */
export interface BraidPayload {
  type: BraidType;
  chunk: Chunk | undefined;
}

/** A message: `index` is that of the key mixed in, 0 for no key. */
export interface BraidMessage extends BraidPayload {
  epoch: number;
  index: number;
}

const hasChunk = (type: BraidType): boolean => type !== 'none' && type !== 'ct1Ack';

/** The serialized message. */
export function serializeBraidMessage(message: BraidMessage): Uint8Array {
  const { epoch, index, type, chunk } = message;
  return concatBytes(
    Uint8Array.of(version),
    encodeVarint(epoch),
    encodeVarint(index),
    Uint8Array.of(braidTypes.indexOf(type)),
    ...(chunk ? [encodeVarint(chunk.index), chunk.data] : []),
  );
}

/** Parses a message; `bad_encoding` for another version, type or length, and for epoch 0. */
export function parseBraidMessage(bytes: Uint8Array): BraidMessage {
  if (bytes[0] !== version) throw new CryptoError('bad_encoding', 'unknown ratchet version');
  const epoch = readVarint(bytes, 1);
  const index = readVarint(bytes, epoch.end);
  const type = braidTypes[bytes[index.end] ?? braidTypes.length];
  if (!type || epoch.value < 1) throw new CryptoError('bad_encoding');
  const { chunk, end } = readChunk(bytes, index.end + 1, type);
  if (end !== bytes.length || index.value > 0xffff_ffff) throw new CryptoError('bad_encoding');
  return { epoch: epoch.value, index: index.value, type, chunk };
}

function readChunk(
  bytes: Uint8Array,
  offset: number,
  type: BraidType,
): { chunk: Chunk | undefined; end: number } {
  if (!hasChunk(type)) return { chunk: undefined, end: offset };
  const index = readVarint(bytes, offset);
  const end = index.end + chunkBytes;
  if (index.value >= chunkIndices || end > bytes.length) throw new CryptoError('bad_encoding');
  return { chunk: { index: index.value, data: bytes.slice(index.end, end) }, end };
}
