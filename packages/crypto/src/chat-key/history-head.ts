/**
 * The signed head of a chat's key history: how many epoch keys there have ever been, and a hash over
 * their ids. A fresh device, which has only what a relay shows it, then notices keys that are left out.
 *
 * Hash: SHA-256(frame("sotto/v1/chat-key-history", [chat, …(epoch 8 ‖ key id 16)])), in rising order.
 */
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { toHex } from '../encoding/hex.ts';
import { assertCount, be64 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import { verifyLabelled } from '../identity/verify-labelled.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import { keyIdBytes, type EpochKey } from './epoch-key.ts';

/** Longest history that a head covers, in keys. */
export const maxHistoryHeadKeys = 4_096;

const label = 'chat-key-history';

/** An epoch key by name, without its secret. */
export type EpochKeyName = Pick<EpochKey, 'epoch' | 'keyId'>;

/** The names of all epoch keys that a chat ever had, rivals included, in any order. */
export interface NamedHistory {
  chatId: string;
  keys: readonly EpochKeyName[];
}

/** What a device says of a chat's history. */
export interface HistoryHead {
  /** Keys covered. */
  count: number;
  /** Over their names, 32 bytes. */
  hash: Uint8Array;
  signature: Uint8Array;
}

async function hashOf({ chatId, keys }: NamedHistory): Promise<Uint8Array> {
  const chat = uuidBytes(chatId);
  if (!Array.isArray(keys)) throw new TypeError('keys: expected an array');
  if (keys.length > maxHistoryHeadKeys) throw new CryptoError('too_large');
  const names = new Map<string, Uint8Array>();
  for (const { epoch, keyId } of keys as readonly EpochKeyName[]) {
    assertCount(epoch, 'epoch');
    assertBytes(keyId, 'keyId', keyIdBytes);
    const name = concatBytes(be64(epoch), keyId);
    names.set(toHex(name), name);
  }
  if (names.size !== keys.length) throw new CryptoError('bad_encoding', 'a key is named twice');
  const sorted = [...names].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return sha256(frame('sotto/v1/chat-key-history', [chat, ...sorted.map(([, name]) => name)]));
}

function signedFields(chatId: string, { count, hash }: Omit<HistoryHead, 'signature'>) {
  return [uuidBytes(chatId), be64(count), hash];
}

/**
 * Signs the head of a history with the device's identity key. Whoever adds a key signs a new head.
 *
 * `bad_encoding` if a key is named twice, `too_large` above 4,096 keys.
 */
export async function signHistoryHead(input: {
  history: NamedHistory;
  /** 32 bytes. */
  identitySeed: Uint8Array;
  random?: RandomSource;
}): Promise<HistoryHead> {
  const { history, identitySeed: seed, random } = input;
  const head = { count: history.keys.length, hash: await hashOf(history) };
  const signed = { seed, label, fields: signedFields(history.chatId, head) };
  return { ...head, signature: await signLabelled(random ? { ...signed, random } : signed) };
}

/**
 * Checks that a history is exactly the one for which a device signed the head.
 *
 * `bad_signature` for a head that this device did not sign for this chat; `rollback` if the history is
 * shorter than the head says, or the head than `minimumCount`; `chain_broken` for other or more keys. The
 * caller takes `identityKey` from a manifest that the device's account key signed.
 */
export async function verifyHistoryHead(input: {
  history: NamedHistory;
  head: HistoryHead;
  /** 33 bytes. */
  identityKey: Uint8Array;
  /** The count of the newest head that this device has seen; 0 unless given. */
  minimumCount?: number;
}): Promise<void> {
  const { history, head, identityKey: publicKey, minimumCount = 0 } = input;
  assertCount(minimumCount, 'minimumCount');
  assertCount(head.count, 'head.count');
  assertBytes(head.hash, 'head.hash', 32);
  assertBytes(head.signature, 'head.signature');
  const hash = await hashOf(history);
  const fields = signedFields(history.chatId, head);
  const { signature } = head;
  if (!(await verifyLabelled({ publicKey, label, fields, signature })))
    throw new CryptoError('bad_signature');
  if (history.keys.length < head.count || head.count < minimumCount)
    throw new CryptoError('rollback');
  if (history.keys.length !== head.count || !equalBytes(hash, head.hash))
    throw new CryptoError('chain_broken');
}
