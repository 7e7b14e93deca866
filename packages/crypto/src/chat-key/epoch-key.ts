/**
 * Epoch keys: one per generation of a direct chat. The commitment is derived from key, chat id and
 * epoch, and its first 16 bytes are the key id, so a key offered under another chat, epoch or id is
 * noticed before anything is decrypted with it.
 */
import { assertBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { assertCount, be64 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { deriveChatKey } from './derive-chat-key.ts';

/** Bytes of a key id. */
export const keyIdBytes = 16;

/** The key of one epoch of one chat. */
export interface EpochKey {
  /** First 16 bytes of the commitment. */
  keyId: Uint8Array;
  /** 32 secret bytes. */
  key: Uint8Array;
  /** 32 bytes, safe to publish. */
  commitment: Uint8Array;
  epoch: number;
  /** When the maker made it, milliseconds since 1970. */
  timestampMs: number;
}

const empty = new Uint8Array(0);

/** The commitment of an epoch key to itself, its chat and its epoch, 32 bytes. */
export async function epochKeyCommitment(
  key: Uint8Array,
  chatId: string,
  epoch: number,
): Promise<Uint8Array> {
  const info = frame('sotto/v1/epoch-key-commitment', [uuidBytes(chatId), be64(epoch)]);
  return hkdfSha256({ ikm: key, salt: empty, info, length: 32 });
}

/**
 * Makes the key of an epoch: HKDF-SHA-256 with 32 random bytes as salt over
 * `deriveChatKey(password, chatId, 'current', timestampMs)`. Costs 600,000 PBKDF2 iterations.
 */
export async function createEpochKey(input: {
  password: string;
  chatId: string;
  epoch: number;
  timestampMs: number;
  random?: RandomSource;
}): Promise<EpochKey> {
  const { password, chatId, epoch, timestampMs } = input;
  const chat = uuidBytes(chatId);
  assertCount(epoch, 'epoch');
  assertCount(timestampMs, 'timestampMs');
  const salt = drawRandom(input.random ?? systemRandom, 32);
  const ikm = await deriveChatKey(password, chatId, 'current', timestampMs);
  const info = frame('sotto/v1/epoch-key', [chat, be64(epoch), be64(timestampMs)]);
  const key = await hkdfSha256({ ikm, salt, info, length: 32 });
  return epochKeyFrom({ key, chatId, epoch, timestampMs });
}

/** The epoch key for 32 bytes that were received or unwrapped; recomputes id and commitment. */
export async function epochKeyFrom(input: {
  key: Uint8Array;
  chatId: string;
  epoch: number;
  timestampMs: number;
}): Promise<EpochKey> {
  const { key, chatId, epoch, timestampMs } = input;
  assertBytes(key, 'key', 32);
  assertCount(epoch, 'epoch');
  assertCount(timestampMs, 'timestampMs');
  const commitment = await epochKeyCommitment(key, chatId, epoch);
  return {
    keyId: commitment.slice(0, keyIdBytes),
    key: Uint8Array.from(key),
    commitment,
    epoch,
    timestampMs,
  };
}
