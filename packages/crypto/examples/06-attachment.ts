/** Encrypt a file in chunks as it is read; the pointer goes into the message. */
import assert from 'node:assert/strict';
import {
  AttachmentDecryptor,
  AttachmentEncryptor,
  attachmentChunkBytes,
  systemRandom,
} from '../src/index.ts';

const file = [
  systemRandom(attachmentChunkBytes),
  systemRandom(attachmentChunkBytes),
  systemRandom(99),
];

const encryptor = await AttachmentEncryptor.create();
const uploaded: Uint8Array[] = [];
for (const [index, chunk] of file.entries()) {
  uploaded.push(await encryptor.encryptChunk(chunk, index === file.length - 1));
}
const pointer = encryptor.pointer();

const decryptor = await AttachmentDecryptor.create(pointer);
const downloaded: Uint8Array[] = [];
for (const chunk of uploaded) downloaded.push(await decryptor.decryptChunk(chunk));
decryptor.finish();

assert.deepEqual(downloaded, file);
