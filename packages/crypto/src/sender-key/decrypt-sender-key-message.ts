import { equalBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { aesCbcDecrypt } from '../primitives/aes-cbc.ts';
import { withRecordLock } from '../session/record-lock.ts';
import { advanceChain, messageKey, messageSeed, nextChainKey } from './sender-chain-key.ts';
import { lastIteration, maxForwardJump } from './sender-key-limits.ts';
import { SenderKeyMessage } from './sender-key-message.ts';
import type { SenderKeyName } from './sender-key-name.ts';
import type { SenderKeyRecord } from './sender-key-record.ts';
import { withProgress, type SenderKeyState } from './sender-key-state.ts';
import type { SenderKeyStore } from './sender-key-store.ts';

/** Keeps a plaintext before the key that opened it is gone. */
export type KeepContent<T> = (content: T) => Promise<void>;

interface Opening<T> {
  store: SenderKeyStore;
  name: SenderKeyName;
  message: Uint8Array;
  /** Judges the plaintext. */
  read: (plaintext: Uint8Array) => T;
  /** Runs before the record is stored; if it throws, nothing is, and the message still opens. */
  keep?: KeepContent<T> | undefined;
}

/**
 * Decrypts one message in this order: chain id, version, signature, ratchet, decrypt, `read`, `keep`,
 * store.
 *
 * Whatever fails, and wherever, the record stays as it was and the answer is `open_failed`, so that a copy
 * that was tampered with does not use up the true one's key.
 */
export async function decryptSenderKeyMessage<T>(input: Opening<T>): Promise<T> {
  const { store, name, keep } = input;
  return withRecordLock(store, name.serialize(), async () => {
    const record = await store.loadSenderKey(name);
    if (!record) throw new CryptoError('open_failed');
    const { content, changed } = await openWith(record, input);
    if (keep) await keep(content);
    await store.storeSenderKey(name, changed);
    return content;
  });
}

async function openWith<T>(
  record: SenderKeyRecord,
  { name, message: bytes, read }: Opening<T>,
): Promise<{ content: T; changed: SenderKeyRecord }> {
  try {
    const message = SenderKeyMessage.parse(bytes);
    const state = record.find(message.chainId);
    const inGroup = equalBytes(message.distributionId, uuidBytes(name.groupId));
    if (!state || !inGroup || !message.hasKnownVersion()) throw new CryptoError('open_failed');
    if (!(await message.verify(state.signingKey))) throw new CryptoError('open_failed');
    const { seed, changed } = await ratchetTo(state, message.iteration);
    const { iv, key } = await messageKey(seed);
    const content = read(await aesCbcDecrypt(key, iv, message.ciphertext));
    return { content, changed: record.replacing(changed) };
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}

/** The seed of a message, used up in the changed state. */
async function ratchetTo(
  state: SenderKeyState,
  iteration: number,
): Promise<{ seed: Uint8Array; changed: SenderKeyState }> {
  if (iteration < state.chain.iteration) {
    const kept = state.skipped.find((entry) => entry.iteration === iteration);
    if (!kept) throw new CryptoError('open_failed');
    const skipped = state.skipped.filter((entry) => entry !== kept);
    return { seed: kept.seed, changed: { ...state, skipped } };
  }
  const jump = iteration - state.chain.iteration;
  if (jump > maxForwardJump || iteration > lastIteration) throw new CryptoError('open_failed');
  const { chain, skipped } = await advanceChain(state.chain, iteration);
  return {
    seed: messageSeed(chain).seed,
    changed: withProgress(state, nextChainKey(chain), skipped),
  };
}
