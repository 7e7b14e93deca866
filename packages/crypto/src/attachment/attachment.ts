import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import type { RandomSource } from '../primitives/random.ts';
import { AttachmentDecryptor } from './attachment-decryptor.ts';
import { AttachmentEncryptor, type AttachmentPointer } from './attachment-encryptor.ts';
import {
  attachmentChunkBytes,
  chunkCount,
  sealedAttachmentBytes,
  sealedChunkBytes,
} from './attachment-layout.ts';

/** Encrypts a whole file that is in memory, up to 100 MB; `too_large` above. */
export async function encryptAttachment(
  content: Uint8Array,
  options: { random?: RandomSource } = {},
): Promise<{ file: Uint8Array; pointer: AttachmentPointer }> {
  assertBytes(content, 'content');
  const encryptor = await AttachmentEncryptor.create(options);
  const count = chunkCount(content.length);
  const file = new Uint8Array(sealedAttachmentBytes(content.length));
  for (let index = 0; index < count; index++) {
    const start = index * attachmentChunkBytes;
    const chunk = content.subarray(start, start + attachmentChunkBytes);
    file.set(await encryptor.encryptChunk(chunk, index === count - 1), index * sealedChunkBytes);
  }
  return { file, pointer: encryptor.pointer() };
}

/** Opens a whole file; `open_failed` for every change, cut or extension of it. */
export async function decryptAttachment(
  file: Uint8Array,
  pointer: AttachmentPointer,
): Promise<Uint8Array> {
  assertBytes(file, 'file');
  const decryptor = await AttachmentDecryptor.create(pointer);
  if (file.length !== sealedAttachmentBytes(pointer.size)) throw new CryptoError('open_failed');
  const content = new Uint8Array(pointer.size);
  for (let index = 0; index * sealedChunkBytes < file.length; index++) {
    const start = index * sealedChunkBytes;
    const chunk = await decryptor.decryptChunk(file.subarray(start, start + sealedChunkBytes));
    content.set(chunk, index * attachmentChunkBytes);
  }
  decryptor.finish();
  return content;
}
