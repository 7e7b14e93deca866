/** One generation of a sender's keys. States are values: every change makes a new one. */
import type { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { be16, be32 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import type { MessageSeed, SenderChainKey } from './sender-chain-key.ts';
import { maxMessageKeys } from './sender-key-limits.ts';

/** A sender's chain, signing key, and the seeds of messages that were skipped. */
export interface SenderKeyState {
  readonly chainId: number;
  readonly chain: SenderChainKey;
  /** 33 bytes. */
  readonly signingKey: Uint8Array;
  /** Seed of the signing key, 32 bytes; only in the sender's own record. */
  readonly signingSeed?: Uint8Array;
  /** Oldest first. */
  readonly skipped: readonly MessageSeed[];
}

/** The same state with more skipped seeds, the oldest dropped above 2,000, at another place. */
export function withProgress(
  state: SenderKeyState,
  chain: SenderChainKey,
  skipped: readonly MessageSeed[],
): SenderKeyState {
  return { ...state, chain, skipped: [...state.skipped, ...skipped].slice(-maxMessageKeys) };
}

/** Chain id 4 ‖ iteration 4 ‖ chain key 32 ‖ signing key 33 ‖ own 1 ‖ seed 0 or 32 ‖ count 2 ‖ skipped. */
export function serializeState(state: SenderKeyState): Uint8Array {
  return concatBytes(
    be32(state.chainId),
    be32(state.chain.iteration),
    state.chain.chainKey,
    state.signingKey,
    Uint8Array.of(state.signingSeed ? 1 : 0),
    state.signingSeed ?? new Uint8Array(0),
    be16(state.skipped.length),
    ...state.skipped.flatMap(({ iteration, seed }) => [be32(iteration), seed]),
  );
}

/** Reads a state; `bad_encoding`, and `bad_key` for a refused signing key. */
export function readState(reader: ByteReader): SenderKeyState {
  const chainId = reader.number(4);
  const chain = { iteration: reader.number(4), chainKey: reader.take(32) };
  const signingKey = parseIdentityPublicKey(reader.take(33));
  const own = reader.number(1);
  if (own > 1) throw new CryptoError('bad_encoding');
  const signingSeed = own === 1 ? reader.take(32) : undefined;
  const skipped: MessageSeed[] = [];
  const count = reader.number(2);
  if (count > maxMessageKeys) throw new CryptoError('bad_encoding');
  while (skipped.length < count) {
    skipped.push({ iteration: reader.number(4), seed: reader.take(32) });
  }
  const state = { chainId, chain, signingKey, skipped };
  return signingSeed ? { ...state, signingSeed } : state;
}
