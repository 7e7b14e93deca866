import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  damageNotRefused,
  filled,
  offsetView,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { AesGcmKey } from '../primitives/aes-gcm.ts';
import { sha256 } from '../primitives/sha2.ts';
import { AttachmentDecryptor } from './attachment-decryptor.ts';
import { AttachmentEncryptor } from './attachment-encryptor.ts';
import { decryptAttachment, encryptAttachment } from './attachment.ts';
import {
  attachmentChunkBytes,
  chunkNonce,
  deriveAttachmentKey,
  maxAttachmentBytes,
  sealedAttachmentBytes,
  sealedChunkBytes,
} from './attachment-layout.ts';

const sizes = [0, 1, attachmentChunkBytes - 1, attachmentChunkBytes, attachmentChunkBytes + 1];

onEachBackEnd('An attachment', () => {
  it('opens whole, at every size around a chunk, from offset views too', async () => {
    for (const size of [...sizes, 3 * attachmentChunkBytes]) {
      const content = seededRandom(size + 3)(size);
      const { file, pointer } = await encryptAttachment(offsetView(content));
      expect(pointer.size).toBe(size);
      expect(file.length).toBe(sealedAttachmentBytes(size));
      expect(pointer.hash).toEqual(await sha256(file));
      expect(await decryptAttachment(offsetView(file), pointer)).toEqual(content);
    }
  });

  it('does not open with any byte flipped, cut or added', async () => {
    const { file, pointer } = await encryptAttachment(filled(40, 7));

    expect(await damageNotRefused(file, (copy) => decryptAttachment(copy, pointer))).toEqual([]);
    const encryptor = await AttachmentEncryptor.create();
    await encryptor.encryptChunk(filled(40, 7), true);
    expect(encryptor.pointer()).toEqual(encryptor.pointer());
  });
});

describe('A file of many chunks', () => {
  it('opens in no other order, number or size', async () => {
    const content = seededRandom(11)(4 * attachmentChunkBytes);
    const { file, pointer } = await encryptAttachment(content);
    const chunk = (index: number) =>
      file.subarray(index * sealedChunkBytes, (index + 1) * sealedChunkBytes);
    const order = (...indexes: number[]) => concatBytes(...indexes.map(chunk));
    const shorter = { ...pointer, size: 3 * attachmentChunkBytes };
    const longer = { ...pointer, size: 5 * attachmentChunkBytes };
    const wrong: [string, Uint8Array, typeof pointer][] = [
      ['swapped', order(1, 0, 2, 3), pointer],
      ['repeated', order(0, 0, 2, 3), pointer],
      ['last in the middle', order(0, 3, 2, 3), pointer],
      ['cut', order(0, 1, 2), pointer],
      ['cut, and said so', order(0, 1, 2), shorter],
      ['extended', order(0, 1, 2, 3, 3), pointer],
      ['extended, and said so', order(0, 1, 2, 3, 3), longer],
      ['another key', file, { ...pointer, key: filled(32, 1) }],
      ['another hash', file, { ...pointer, hash: filled(32, 1) }],
      ['nothing', filled(0, 0), pointer],
      ['another size', file, { ...pointer, size: pointer.size - 1 }],
    ];
    for (const [what, bytes, said] of wrong) {
      expect([what, await refusal(() => decryptAttachment(bytes, said))]).toEqual([
        what,
        'open_failed',
      ]);
    }
  });

  it('is read in order only, and not on after a failure', async () => {
    const { file, pointer } = await encryptAttachment(filled(2 * attachmentChunkBytes + 5, 1));
    const chunk = (index: number) =>
      file.subarray(index * sealedChunkBytes, (index + 1) * sealedChunkBytes);
    const out = await AttachmentDecryptor.create(pointer);
    expect(await refusal(() => out.decryptChunk(chunk(1)))).toBe('open_failed');
    expect(await refusal(() => out.decryptChunk(chunk(0)))).toBe('open_failed');
    expect(await refusal(() => out.finish())).toBe('open_failed');

    const cut = await AttachmentDecryptor.create(pointer);
    expect(await refusal(() => cut.decryptChunk(chunk(0).subarray(1)))).toBe('open_failed');
    expect(await refusal(() => cut.decryptChunk(chunk(0)))).toBe('open_failed');

    const early = await AttachmentDecryptor.create(pointer);
    await early.decryptChunk(chunk(0));
    await early.decryptChunk(chunk(1));
    expect(await refusal(() => early.finish())).toBe('open_failed');

    const both = await AttachmentDecryptor.create(pointer);
    const at = both.decryptChunk(chunk(0));
    expect(await refusal(() => both.decryptChunk(chunk(1)))).toBe('RangeError');
    expect((await at).length).toBe(attachmentChunkBytes);
    expect((await both.decryptChunk(chunk(1))).length).toBe(attachmentChunkBytes);
    expect((await both.decryptChunk(chunk(2))).length).toBe(5);
    expect(await refusal(() => both.decryptChunk(chunk(2)))).toBe('open_failed');

    const whole = await AttachmentDecryptor.create(pointer);
    for (const index of [0, 1, 2]) await whole.decryptChunk(chunk(index));
    whole.finish();
    expect(await refusal(() => whole.finish())).toBe('open_failed');
  });

  it('never meets two chunks with one nonce, even encrypted at once', async () => {
    const encryptor = await AttachmentEncryptor.create();
    const chunk = filled(attachmentChunkBytes, 0);
    const sealed = await Promise.all([
      encryptor.encryptChunk(chunk, false),
      encryptor.encryptChunk(chunk, false),
      encryptor.encryptChunk(chunk, true),
    ]);
    expect(new Set(sealed.map((bytes) => bytes.subarray(0, 32).join())).size).toBe(3);
    expect(await decryptAttachment(concatBytes(...sealed), encryptor.pointer())).toEqual(
      filled(3 * attachmentChunkBytes, 0),
    );
  });

  it('is not made of chunks of another size', async () => {
    const encryptor = await AttachmentEncryptor.create({ random: seededRandom(3) });
    for (const [size, last] of [
      [5, false],
      [0, false],
      [attachmentChunkBytes + 1, false],
      [attachmentChunkBytes + 1, true],
    ] as const) {
      expect(await refusal(() => encryptor.encryptChunk(filled(size, 1), last))).toBe('RangeError');
    }
    const last = 1 as unknown as boolean;
    expect(await refusal(() => encryptor.encryptChunk(filled(1, 1), last))).toBe('TypeError');
    expect(await refusal(() => encryptor.pointer())).toBe('RangeError');
    await encryptor.encryptChunk(filled(attachmentChunkBytes, 1), false);
    expect(await refusal(() => encryptor.encryptChunk(filled(0, 1), true))).toBe('RangeError');
    await encryptor.encryptChunk(filled(1, 1), true);
    expect(await refusal(() => encryptor.encryptChunk(filled(1, 1), true))).toBe('RangeError');
    expect(encryptor.pointer().size).toBe(attachmentChunkBytes + 1);
  });

  it('does not open in shorter chunks, even sealed with its key', async () => {
    const fileKey = filled(32, 1);
    const { key, noncePrefix } = await deriveAttachmentKey(fileKey);
    const cipher = new AesGcmKey(key);
    const first = async (length: number) => {
      const nonce = chunkNonce(noncePrefix, 0, false);
      const chunk = await cipher.seal(nonce, filled(0, 0), filled(length, 1));
      const size = 2 * attachmentChunkBytes;
      const out = await AttachmentDecryptor.create({ key: fileKey, hash: filled(32, 0), size });
      return refusal(() => out.decryptChunk(chunk));
    };

    expect(await first(attachmentChunkBytes)).toBe('accepted');
    expect(await first(attachmentChunkBytes - 1)).toBe('open_failed');
    expect(await first(attachmentChunkBytes + 1)).toBe('open_failed');
    expect(await first(0)).toBe('open_failed');
  });

  it('has up to 100 MB', { timeout: 120_000 }, async () => {
    const encryptor = await AttachmentEncryptor.create();
    const chunk = filled(attachmentChunkBytes, 1);
    const rest = maxAttachmentBytes % attachmentChunkBytes;
    for (let size = rest; size < maxAttachmentBytes; size += attachmentChunkBytes)
      await encryptor.encryptChunk(chunk, false);

    const over = () => encryptor.encryptChunk(filled(rest + 1, 1), true);
    expect(await refusal(over)).toBe('too_large');
    await encryptor.encryptChunk(filled(rest, 1), true);
    const pointer = encryptor.pointer();
    expect(pointer.size).toBe(maxAttachmentBytes);
    expect(await refusal(() => AttachmentDecryptor.create(pointer))).toBe('accepted');
    const larger = { ...pointer, size: maxAttachmentBytes + 1 };
    expect(await refusal(() => AttachmentDecryptor.create(larger))).toBe('too_large');
  });

  it('opens for any content', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), async (content) => {
        const { file, pointer } = await encryptAttachment(content);
        expect(await decryptAttachment(file, pointer)).toEqual(content);
      }),
      { numRuns: 30 },
    );
  });
});
