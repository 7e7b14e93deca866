/**
 * A chat's epoch keys: the current one and as many earlier epochs as the depth allows. Two keys
 * proposed for one epoch are both kept and the one with the lowest commitment counts, so that all
 * clients agree without asking and what was sent under the other stays readable.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { assertCount, be16, be64 } from '../encoding/integers.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { giveWay } from '../primitives/give-way.ts';
import { epochKeyCommitment, epochKeyFrom, keyIdBytes, type EpochKey } from './epoch-key.ts';

/** Epochs kept unless configured: current, previous, one before. */
export const defaultHistoryDepth = 3;

/** Rival keys kept for one epoch; a chat has two people, each with few devices. */
const maxKeysPerEpoch = 8;

/** Keys read between two gifts of the thread; each is committed to twice. */
const keysInOneSlice = 32;

const formatVersion = 1;

/** Newest epoch first, lowest commitment first; no commitment is there twice. */
function compareKeys(a: EpochKey, b: EpochKey): number {
  if (a.epoch !== b.epoch) return b.epoch - a.epoch;
  const [left, right] = [toHex(a.commitment), toHex(b.commitment)];
  return left < right ? -1 : 1;
}

/** The epoch keys of one chat, newest first. Contains secrets: store only what is encrypted. */
export class ChatKeyHistory {
  readonly chatId: string;
  readonly depth: number;
  #keys: EpochKey[] = [];

  /** `depth` is the number of epochs kept, 1 to 65,535; 3 unless given. */
  constructor(options: { chatId: string; depth?: number }) {
    uuidBytes(options.chatId);
    this.chatId = options.chatId;
    this.depth = options.depth ?? defaultHistoryDepth;
    assertCount(this.depth, 'depth', 0xffff);
    if (this.depth === 0) throw new RangeError('depth: expected at least 1');
  }

  /** The key to encrypt with: highest epoch, lowest commitment. */
  get current(): EpochKey | undefined {
    return this.#keys[0];
  }

  /** All keys, newest epoch first. */
  get keys(): readonly EpochKey[] {
    return this.#keys;
  }

  /**
   * Adds a key and returns the keys that fell out (perhaps the added one); adding twice is harmless.
   *
   * Throws `bad_key` for a key that was not made for this chat and epoch.
   */
  async add(epochKey: EpochKey): Promise<EpochKey[]> {
    const expected = await epochKeyCommitment(epochKey.key, this.chatId, epochKey.epoch);
    if (!equalBytes(expected, epochKey.commitment)) throw new CryptoError('bad_key');
    if (!equalBytes(expected.subarray(0, keyIdBytes), epochKey.keyId))
      throw new CryptoError('bad_key');
    if (this.#keys.some((kept) => equalBytes(kept.commitment, epochKey.commitment))) return [];
    const after = this.#keys.findIndex((kept) => compareKeys(epochKey, kept) < 0);
    const sorted = this.#keys.toSpliced(after < 0 ? this.#keys.length : after, 0, epochKey);
    const keysOf = new Map<number, number>();
    const fits = ({ epoch }: EpochKey): boolean => {
      const held = (keysOf.get(epoch) ?? 0) + 1;
      keysOf.set(epoch, held);
      return keysOf.size <= this.depth && held <= maxKeysPerEpoch;
    };
    const isKept = sorted.map(fits);
    this.#keys = sorted.filter((_, index) => isKept[index]);
    return sorted.filter((_, index) => !isKept[index]);
  }

  /**
   * Adds the key of the epoch after the current one, or the first key at all, and returns what fell out.
   *
   * `rollback` for a key of the current epoch or an earlier one, `chain_broken` if epochs were skipped,
   * `bad_key` as {@link add}, which takes keys of any epoch.
   */
  async rotate(next: EpochKey): Promise<EpochKey[]> {
    assertCount(next.epoch, 'epoch');
    const { current } = this;
    if (current && next.epoch <= current.epoch) throw new CryptoError('rollback');
    if (current && next.epoch > current.epoch + 1) throw new CryptoError('chain_broken');
    return this.add(next);
  }

  /** The key that a message header names, by its 16-byte id. */
  find(keyId: Uint8Array): EpochKey | undefined {
    assertBytes(keyId, 'keyId');
    return this.#keys.find((kept) => equalBytes(kept.keyId, keyId));
  }

  /** 0x01 ‖ chat id 16 ‖ be16 depth ‖ be16 count ‖ for each key: epoch 8 ‖ timestamp 8 ‖ key 32. */
  serialize(): Uint8Array {
    const keys = this.#keys.map(({ epoch, timestampMs, key }) =>
      concatBytes(be64(epoch), be64(timestampMs), key),
    );
    const head = [Uint8Array.of(formatVersion), uuidBytes(this.chatId), be16(this.depth)];
    return concatBytes(...head, be16(keys.length), ...keys);
  }

  /** Reads what {@link serialize} wrote; `bad_encoding` for anything else. */
  static async parse(bytes: Uint8Array): Promise<ChatKeyHistory> {
    assertBytes(bytes, 'bytes');
    const reader = new ByteReader(bytes);
    if (reader.number(1) !== formatVersion) throw new CryptoError('bad_encoding');
    const chatId = uuidFromBytes(reader.take(16));
    const depth = reader.number(2);
    if (depth === 0) throw new CryptoError('bad_encoding');
    const history = new ChatKeyHistory({ chatId, depth });
    for (let left = reader.number(2); left > 0; left--) {
      if (left % keysInOneSlice === 0) await giveWay();
      const [epoch, timestampMs, key] = [reader.number(8), reader.number(8), reader.take(32)];
      await history.add(await epochKeyFrom({ key, chatId, epoch, timestampMs }));
    }
    reader.end();
    if (!equalBytes(history.serialize(), bytes))
      throw new CryptoError('bad_encoding', 'not canonical');
    return history;
  }
}
