/** A chain of a peer's messages, with the seeds of those that were jumped over. */
import { equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { giveWay } from '../primitives/give-way.ts';
import { messageSeed, nextChainKey } from './key-derivation.ts';
import { fields, fixedBytes, list, uint, type Decoded } from './record-codec.ts';

/** How far ahead of the last message of its chain a message may be. */
export const maximumForwardJump = 25_000;

/** Message keys kept for each chain; the oldest are dropped. */
export const maximumKeptKeys = 2_000;

/** Steps between two pauses; 256 HMACs take about 3 ms on noble. */
const stepsPerSlice = 256;

/** The stored form. */
export const receiverChainCodec = fields({
  ratchetKey: fixedBytes(33),
  chainKey: fixedBytes(32),
  /** Counter of the next message. */
  index: uint,
  kept: list(fields({ counter: uint, seed: fixedBytes(32) }), maximumKeptKeys),
});

/** A receiving chain. */
export type ReceiverChain = Decoded<typeof receiverChainCodec>;

/** The chain of a ratchet key. */
export function findChain(
  chains: readonly ReceiverChain[],
  ratchetKey: Uint8Array,
): ReceiverChain | undefined {
  return chains.find((chain) => equalBytes(chain.ratchetKey, ratchetKey));
}

/**
 * The seed of message `counter`, and the chain without it. `open_failed` for a counter that was used
 * or dropped, and, before any work, for one more than `maximumJump` ahead.
 */
export async function takeMessageSeed(
  chain: ReceiverChain,
  counter: number,
  maximumJump = maximumForwardJump,
): Promise<{ seed: Uint8Array; chain: ReceiverChain }> {
  if (counter < chain.index) {
    const found = chain.kept.find((kept) => kept.counter === counter);
    if (!found) throw new CryptoError('open_failed');
    const kept = chain.kept.filter((other) => other !== found);
    return { seed: found.seed, chain: { ...chain, kept } };
  }
  if (counter - chain.index > maximumJump) throw new CryptoError('open_failed');
  const kept = [...chain.kept];
  let { chainKey } = chain;
  for (let index = chain.index; index < counter; index++) {
    if (counter - index <= maximumKeptKeys) {
      kept.push({ counter: index, seed: await messageSeed(chainKey) });
    }
    chainKey = await nextChainKey(chainKey);
    if ((index - chain.index) % stepsPerSlice === stepsPerSlice - 1) await giveWay();
  }
  const seed = await messageSeed(chainKey);
  chainKey = await nextChainKey(chainKey);
  return {
    seed,
    chain: { ...chain, chainKey, index: counter + 1, kept: kept.slice(-maximumKeptKeys) },
  };
}
