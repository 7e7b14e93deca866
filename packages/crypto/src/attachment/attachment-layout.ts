/**
 * Layout of an encrypted attachment: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015)
 * over AES-256-GCM. Chunk i is GCM(key, nonce prefix 7 ‖ be32(i) ‖ last 1, 65,536 bytes of content); only
 * the last one may be shorter, and only it has last = 1. An empty file is one empty last chunk.
 */
import { frame } from '../encoding/frame.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { assertCount, be32 } from '../encoding/integers.ts';
import { gcmTagBytes } from '../primitives/aes-gcm.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';

/** Bytes of content in every chunk but the last. */
export const attachmentChunkBytes = 65_536;

/** Bytes of every encrypted chunk but the last. */
export const sealedChunkBytes = attachmentChunkBytes + gcmTagBytes;

/** Longest content, 100 MB. */
export const maxAttachmentBytes = 100_000_000;

/** Number of chunks of a content of `size` bytes. */
export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / attachmentChunkBytes));
}

/** Bytes of the encrypted file of a content of `size` bytes. */
export function sealedAttachmentBytes(size: number): number {
  assertCount(size, 'size');
  return size + chunkCount(size) * gcmTagBytes;
}

/** Key and nonce prefix of a file: HKDF(no salt, file key, frame(label, []), 39). */
export async function deriveAttachmentKey(
  fileKey: Uint8Array,
): Promise<{ key: Uint8Array; noncePrefix: Uint8Array }> {
  const info = frame('sotto/v1/attachment-key', []);
  const salt = new Uint8Array(0);
  const derived = await hkdfSha256({ ikm: fileKey, salt, info, length: 39 });
  return { key: derived.slice(0, 32), noncePrefix: derived.slice(32) };
}

/** The nonce of a chunk. */
export function chunkNonce(noncePrefix: Uint8Array, index: number, last: boolean): Uint8Array {
  return concatBytes(noncePrefix, be32(index), Uint8Array.of(last ? 1 : 0));
}
