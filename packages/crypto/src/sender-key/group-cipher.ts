import { assertBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { xeddsaSigner } from '../identity/sign-xeddsa.ts';
import { aesCbcEncrypt } from '../primitives/aes-cbc.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { decryptSenderKeyMessage, type KeepContent } from './decrypt-sender-key-message.ts';
import { withRecordLock } from '../session/record-lock.ts';
import { messageKey, messageSeed, nextChainKey } from './sender-chain-key.ts';
import { lastIteration, maxSenderKeyPlaintextBytes } from './sender-key-limits.ts';
import { SenderKeyMessage } from './sender-key-message.ts';
import type { SenderKeyName } from './sender-key-name.ts';
import { withProgress } from './sender-key-state.ts';
import type { SenderKeyStore } from './sender-key-store.ts';

/** Encrypts as, or decrypts from, one sender in one group; Signal's format and names. */
export class GroupCipher {
  readonly #store: SenderKeyStore;
  readonly #name: SenderKeyName;
  readonly #random: RandomSource;

  constructor(store: SenderKeyStore, name: SenderKeyName, random: RandomSource = systemRandom) {
    this.#store = store;
    this.#name = name;
    this.#random = random;
  }

  /**
   * Encrypts and signs a message once for the whole group; the name is our own.
   *
   * The chain has moved on in the store before the message is given out, so no crash makes a key serve
   * twice. Throws `bad_key` if there is no sender key of our own, `too_large` above 1,114,112 bytes.
   */
  async encrypt(plaintext: Uint8Array): Promise<Uint8Array> {
    assertBytes(plaintext, 'plaintext');
    if (plaintext.length > maxSenderKeyPlaintextBytes) throw new CryptoError('too_large');
    return withRecordLock(this.#store, this.#name.serialize(), async () => {
      const record = await this.#store.loadSenderKey(this.#name);
      const state = record?.states[0];
      if (!record || !state?.signingSeed) throw new CryptoError('bad_key', 'no sender key');
      const { signingSeed, chainId, chain } = state;
      if (chain.iteration > lastIteration) throw new CryptoError('bad_key', 'chain is used up');
      const { iv, key } = await messageKey(messageSeed(chain).seed);
      const distributionId = uuidBytes(this.#name.groupId);
      const ciphertext = await aesCbcEncrypt(key, iv, plaintext);
      const sign = await xeddsaSigner(signingSeed);
      const message = await SenderKeyMessage.create(
        { distributionId, chainId, iteration: chain.iteration, ciphertext },
        (bytes) => sign(bytes, this.#random),
      );
      const changed = withProgress(state, nextChainKey(chain), []);
      await this.#store.storeSenderKey(this.#name, record.replacing(changed));
      return message.serialize();
    });
  }

  /**
   * Decrypts a message once; `open_failed` for every refusal, a second time included.
   *
   * `keep` runs before the record is stored: a caller that keeps the plaintext there loses none to a
   * crash, and may be given one twice.
   */
  async decrypt(message: Uint8Array, keep?: KeepContent<Uint8Array>): Promise<Uint8Array> {
    assertBytes(message, 'message');
    const [store, name] = [this.#store, this.#name];
    return decryptSenderKeyMessage({ store, name, message, read: (plaintext) => plaintext, keep });
  }

  /**
   * Whether the store knows the chain that a message names; if not, ask the sender for a distribution.
   * False as well for what is not a message.
   */
  async knowsChainOf(message: Uint8Array): Promise<boolean> {
    assertBytes(message, 'message');
    const record = await this.#store.loadSenderKey(this.#name);
    try {
      return record?.find(SenderKeyMessage.parse(message).chainId) !== undefined;
    } catch (error) {
      if (isCryptoError(error)) return false;
      throw error;
    }
  }
}
