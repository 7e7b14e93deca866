import { equalBytes } from '../encoding/bytes.ts';
import { readBigEndian } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { identityKeyPairFromSeed } from '../identity/identity-key-pair.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import { withRecordLock } from '../session/record-lock.ts';
import { SenderKeyDistributionMessage } from './sender-key-distribution-message.ts';
import type { SenderKeyName } from './sender-key-name.ts';
import { SenderKeyRecord } from './sender-key-record.ts';
import type { SenderKeyState } from './sender-key-state.ts';
import type { SenderKeyStore } from './sender-key-store.ts';

/** Makes sender keys and takes in those of others; the group's id is the distribution id. */
export class GroupSessionBuilder {
  readonly #store: SenderKeyStore;
  readonly #random: RandomSource;

  constructor(store: SenderKeyStore, random: RandomSource = systemRandom) {
    this.#store = store;
    this.#random = random;
  }

  /**
   * The distribution of our own sender key at its present position, made on the first call. `name` is
   * our own address in the group.
   */
  async create(name: SenderKeyName): Promise<SenderKeyDistributionMessage> {
    return this.#change(name, async (record) => {
      const own = record.states[0];
      return own?.signingSeed ? own : freshState(this.#random);
    });
  }

  /** A new sender key from now on, whatever there was before: after anybody has left. */
  async rotate(name: SenderKeyName): Promise<SenderKeyDistributionMessage> {
    return this.#change(name, () => freshState(this.#random));
  }

  /**
   * Takes in a sender's distribution. `name.sender` must be the peer in whose session, or under whose
   * signed seal, it came: the distribution itself says nothing about its sender.
   *
   * Throws `bad_key` if it is for another group, or under the name of our own sender key: an old one of
   * ours that came back must not undo a rotation.
   */
  async process(name: SenderKeyName, distribution: SenderKeyDistributionMessage): Promise<void> {
    const { distributionId, chainId, iteration, chainKey, signingKey } = distribution;
    if (!equalBytes(distributionId, uuidBytes(name.groupId))) throw new CryptoError('bad_key');
    const chain = { iteration, chainKey };
    await this.#change(name, async ({ states }) => {
      if (states.some(({ signingSeed }) => signingSeed)) throw new CryptoError('bad_key');
      return { chainId, chain, signingKey, skipped: [] };
    });
  }

  async #change(
    name: SenderKeyName,
    newest: (record: SenderKeyRecord) => Promise<SenderKeyState>,
  ): Promise<SenderKeyDistributionMessage> {
    return withRecordLock(this.#store, name.serialize(), async () => {
      const record = (await this.#store.loadSenderKey(name)) ?? new SenderKeyRecord();
      const changed = record.with(await newest(record));
      const [state] = changed.states;
      if (!state) throw new CryptoError('bad_key');
      await this.#store.storeSenderKey(name, changed);
      const { chainId, chain, signingKey } = state;
      const distributionId = uuidBytes(name.groupId);
      return new SenderKeyDistributionMessage({ distributionId, chainId, signingKey, ...chain });
    });
  }
}

/** A chain from 31 random bits of id, a random chain key and a random signing key. */
async function freshState(random: RandomSource): Promise<SenderKeyState> {
  const chainId = readBigEndian(drawRandom(random, 4)) & 0x7fff_ffff;
  const chain = { iteration: 0, chainKey: drawRandom(random, 32) };
  const { seed, publicKey } = await identityKeyPairFromSeed(drawRandom(random, 32));
  return { chainId, chain, signingKey: publicKey, signingSeed: seed, skipped: [] };
}
