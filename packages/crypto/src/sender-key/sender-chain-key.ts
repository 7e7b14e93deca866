/** The hash chain of a sender key: seed = HMAC(chain key, 0x01), next chain key = HMAC(chain key, 0x02). */
import { utf8 } from '../encoding/text.ts';
import { giveWay } from '../primitives/give-way.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { hmacSha256Short } from '../primitives/hmac-short.ts';
import { maxMessageKeys } from './sender-key-limits.ts';

/** A place in the chain. */
export interface SenderChainKey {
  /** Number of the next message. */
  iteration: number;
  /** 32 bytes. */
  chainKey: Uint8Array;
}

/** From what a message's key and initialisation vector are derived. */
export interface MessageSeed {
  iteration: number;
  /** 32 bytes. */
  seed: Uint8Array;
}

const seedLabel = Uint8Array.of(1);
const chainLabel = Uint8Array.of(2);
const groupInfo = utf8('WhisperGroup');

/** Steps between two gifts of the thread: 500 take about 7 ms in Node 20.20. */
const stepsInOneSlice = 500;

/** The seed of the message at this place. */
export function messageSeed({ iteration, chainKey }: SenderChainKey): MessageSeed {
  return { iteration, seed: hmacSha256Short(chainKey, seedLabel) };
}

/** The place after this one. */
export function nextChainKey({ iteration, chainKey }: SenderChainKey): SenderChainKey {
  return { iteration: iteration + 1, chainKey: hmacSha256Short(chainKey, chainLabel) };
}

/**
 * Goes to `iteration`, at or ahead of `from`, and keeps the seeds of the skipped messages, the last 2,000
 * of them. Gives the thread back every 500 steps, so that a full jump blocks nothing.
 */
export async function advanceChain(
  from: SenderChainKey,
  iteration: number,
): Promise<{ chain: SenderChainKey; skipped: MessageSeed[] }> {
  const skipped: MessageSeed[] = [];
  let chain = from;
  for (let step = 1; chain.iteration < iteration; step++) {
    if (iteration - chain.iteration <= maxMessageKeys) skipped.push(messageSeed(chain));
    chain = nextChainKey(chain);
    if (step % stepsInOneSlice === 0) await giveWay();
  }
  return { chain, skipped };
}

/** HKDF(no salt, seed, "WhisperGroup", 48) = iv 16 ‖ cipher key 32. */
export async function messageKey(seed: Uint8Array): Promise<{ iv: Uint8Array; key: Uint8Array }> {
  const empty = new Uint8Array(0);
  const derived = await hkdfSha256({ ikm: seed, salt: empty, info: groupInfo, length: 48 });
  return { iv: derived.slice(0, 16), key: derived.slice(16) };
}
