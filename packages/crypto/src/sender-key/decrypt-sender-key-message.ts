import { equalBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { aesCbcDecrypt } from '../primitives/aes-cbc.ts';
import { withRecordLock } from './record-lock.ts';
import { advanceChain, messageKey, messageSeed, nextChainKey } from './sender-chain-key.ts';
import { lastIteration, maxForwardJump } from './sender-key-limits.ts';
import { SenderKeyMessage } from './sender-key-message.ts';
import type { SenderKeyName } from './sender-key-name.ts';
import { withProgress, type SenderKeyState } from './sender-key-state.ts';
import type { SenderKeyStore } from './sender-key-store.ts';

/**
 * Decrypts one message in this order: chain id, version, signature, ratchet, decrypt, `read`, store.
 *
 * `read` judges the plaintext. Whatever fails, and wherever, the record stays as it was and the answer
 * is `open_failed`, so that a copy that was tampered with does not use up the true one's key.
 */
export async function decryptSenderKeyMessage<T>(input: {
  store: SenderKeyStore;
  name: SenderKeyName;
  message: Uint8Array;
  read: (plaintext: Uint8Array) => T;
}): Promise<T> {
  const { store, name } = input;
  return withRecordLock(store, name.serialize(), async () => {
    const record = await store.loadSenderKey(name);
    if (!record) throw new CryptoError('open_failed');
    try {
      const message = SenderKeyMessage.parse(input.message);
      const state = record.find(message.chainId);
      const inGroup = equalBytes(message.distributionId, uuidBytes(name.groupId));
      if (!state || !inGroup || !message.hasKnownVersion()) throw new CryptoError('open_failed');
      if (!(await message.verify(state.signingKey))) throw new CryptoError('open_failed');
      const { seed, changed } = await ratchetTo(state, message.iteration);
      const { iv, key } = await messageKey(seed);
      const content = input.read(await aesCbcDecrypt(key, iv, message.ciphertext));
      await store.storeSenderKey(name, record.replacing(changed));
      return content;
    } catch (error) {
      if (isCryptoError(error)) throw new CryptoError('open_failed');
      throw error;
    }
  });
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
