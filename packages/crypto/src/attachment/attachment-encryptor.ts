import { assertBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { AesGcmKey } from '../primitives/aes-gcm.ts';
import { giveWay } from '../primitives/give-way.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { Sha256Stream } from '../primitives/sha256-stream.ts';
import {
  attachmentChunkBytes,
  chunkNonce,
  deriveAttachmentKey,
  maxAttachmentBytes,
} from './attachment-layout.ts';

/** What a message says about its attachment: with it, and only with it, the file opens. */
export interface AttachmentPointer {
  /** 32 secret bytes, of this file alone. */
  key: Uint8Array;
  /** Bytes of content. */
  size: number;
  /** SHA-256 of the encrypted file, 32 bytes. */
  hash: Uint8Array;
}

/** Encrypts one file chunk by chunk under a fresh key. */
export class AttachmentEncryptor {
  readonly #fileKey: Uint8Array;
  readonly #cipher: AesGcmKey;
  readonly #noncePrefix: Uint8Array;
  readonly #hash = new Sha256Stream();
  #index = 0;
  #size = 0;
  #lastGiven = false;
  #digest: Uint8Array | undefined;
  #finished = false;
  #hashed: Promise<void> = Promise.resolve();

  private constructor(fileKey: Uint8Array, key: Uint8Array, noncePrefix: Uint8Array) {
    this.#fileKey = fileKey;
    this.#cipher = new AesGcmKey(key);
    this.#noncePrefix = noncePrefix;
  }

  /** Draws the file's key. */
  static async create(options: { random?: RandomSource } = {}): Promise<AttachmentEncryptor> {
    const fileKey = drawRandom(options.random ?? systemRandom, 32);
    const { key, noncePrefix } = await deriveAttachmentKey(fileKey);
    return new AttachmentEncryptor(fileKey, key, noncePrefix);
  }

  /**
   * The next encrypted chunk. Every chunk but the last has exactly 65,536 bytes; the last has 0 to
   * 65,536 and is never empty unless the file is. `RangeError` for other lengths and after the last,
   * `too_large` above 100 MB.
   */
  async encryptChunk(chunk: Uint8Array, last: boolean): Promise<Uint8Array> {
    assertBytes(chunk, 'chunk');
    if (typeof last !== 'boolean') throw new TypeError('last: expected boolean');
    if (this.#lastGiven) throw new RangeError('chunk: the last one has been encrypted');
    const full = chunk.length === attachmentChunkBytes;
    const fits = last ? chunk.length > 0 || this.#index === 0 : full;
    if (!fits || chunk.length > attachmentChunkBytes) {
      throw new RangeError('chunk: expected 65,536 bytes, or the rest of the file');
    }
    if (this.#size + chunk.length > maxAttachmentBytes) throw new CryptoError('too_large');
    const nonce = chunkNonce(this.#noncePrefix, this.#index, last);
    // Counted before anything is awaited: two calls at once must not share a nonce.
    this.#index += 1;
    this.#size += chunk.length;
    this.#lastGiven = last;
    const sealing = this.#cipher.seal(nonce, new Uint8Array(0), chunk);
    this.#hashed = this.#hashAfter(this.#hashed, sealing);
    await this.#hashed;
    this.#finished = last;
    await giveWay();
    return sealing;
  }

  /** What to put into the message, once the last chunk is done. */
  pointer(): AttachmentPointer {
    if (!this.#finished) throw new RangeError('pointer: the last chunk has not been encrypted');
    this.#digest ??= this.#hash.digest();
    const hash = Uint8Array.from(this.#digest);
    return { key: Uint8Array.from(this.#fileKey), size: this.#size, hash };
  }

  /** Hashes in the order of the file, whichever chunk is ready first. */
  async #hashAfter(before: Promise<void>, sealing: Promise<Uint8Array>): Promise<void> {
    const [, sealed] = await Promise.all([before, sealing]);
    this.#hash.update(sealed);
  }
}
