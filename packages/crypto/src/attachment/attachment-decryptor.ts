import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { AesGcmKey, gcmTagBytes } from '../primitives/aes-gcm.ts';
import { giveWay } from '../primitives/give-way.ts';
import { Sha256Stream } from '../primitives/sha256-stream.ts';
import {
  attachmentChunkBytes,
  chunkCount,
  chunkNonce,
  deriveAttachmentKey,
  maxAttachmentBytes,
} from './attachment-layout.ts';
import type { AttachmentPointer } from './attachment-encryptor.ts';

/**
 * Opens one file chunk by chunk, in order only. Each chunk is authentic when it is given out; that the
 * file is whole is known only when {@link AttachmentDecryptor.finish} has returned.
 */
export class AttachmentDecryptor {
  readonly #cipher: AesGcmKey;
  readonly #noncePrefix: Uint8Array;
  readonly #size: number;
  readonly #expectedHash: Uint8Array;
  readonly #hash = new Sha256Stream();
  #index = 0;
  #failed = false;
  #busy = false;

  private constructor(pointer: AttachmentPointer, key: Uint8Array, noncePrefix: Uint8Array) {
    this.#cipher = new AesGcmKey(key);
    this.#noncePrefix = noncePrefix;
    this.#size = pointer.size;
    this.#expectedHash = Uint8Array.from(pointer.hash);
  }

  /** Takes what the message said; `too_large` above 100 MB. */
  static async create(pointer: AttachmentPointer): Promise<AttachmentDecryptor> {
    assertBytes(pointer.key, 'key', 32);
    assertBytes(pointer.hash, 'hash', 32);
    assertCount(pointer.size, 'size');
    if (pointer.size > maxAttachmentBytes) throw new CryptoError('too_large');
    const { key, noncePrefix } = await deriveAttachmentKey(pointer.key);
    return new AttachmentDecryptor(pointer, key, noncePrefix);
  }

  /**
   * The content of the next encrypted chunk: 65,552 bytes, fewer for the last. `open_failed` for a chunk
   * that is changed, out of place or of another file, and for everything after a failure.
   */
  async decryptChunk(sealed: Uint8Array): Promise<Uint8Array> {
    assertBytes(sealed, 'sealed');
    if (this.#busy) throw new RangeError('sealed: the chunk before is still being opened');
    const last = this.#index === chunkCount(this.#size) - 1;
    const rest = this.#size - this.#index * attachmentChunkBytes;
    const expected = Math.min(rest, attachmentChunkBytes) + gcmTagBytes;
    if (this.#failed || this.#isComplete() || sealed.length !== expected) this.#fail();
    this.#busy = true;
    try {
      const nonce = chunkNonce(this.#noncePrefix, this.#index, last);
      const content = await this.#cipher.open(nonce, new Uint8Array(0), sealed);
      this.#hash.update(sealed);
      this.#index += 1;
      await giveWay();
      return content;
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  /** Returns if every chunk was opened and the hash is the message's; else `open_failed`. */
  finish(): void {
    if (this.#failed || !this.#isComplete()) this.#fail();
    if (!equalBytes(this.#hash.digest(), this.#expectedHash)) this.#fail();
    this.#failed = true;
  }

  #isComplete(): boolean {
    return this.#index === chunkCount(this.#size);
  }

  #fail(): never {
    this.#failed = true;
    throw new CryptoError('open_failed');
  }
}
