/** Which session of a record opens a message. Pure: nothing is stored here. */
import { CryptoError, isCryptoError } from '../errors.ts';
import type { RandomSource } from '../primitives/random.ts';
import { giveWay } from '../primitives/give-way.ts';
import type { ProtocolAddress } from './protocol-address.ts';
import { ratchetDecrypt } from './ratchet-decrypt.ts';
import { findChain, maximumForwardJump } from './receiver-chain.ts';
import { loadState, type SessionRecord, type SessionState } from './session-state.ts';
import type { SignalMessage } from './signal-message.ts';

/**
 * How far ahead a message may be in an archived session that it does not name: one forged message must not cost 40 times
 * 25,000 steps.
 */
const maximumGuessedJump = 1_000;

/** A message and what it is opened with, apart from the session. */
export interface OpenContext {
  message: SignalMessage;
  /** Whether the message came inside a PreKeySignalMessage. */
  inPreKeyMessage: boolean;
  sender: ProtocolAddress;
  recipient: ProtocolAddress;
  random: RandomSource;
}

/** What opening gives; the state is to be promoted and stored before the plaintext is used. */
export interface OpenedMessage {
  plaintext: Uint8Array;
  state: SessionState;
}

/**
 * Opens with the session that knows the message's ratchet key. A new ratchet key names no session: then
 * the current one is tried and the archived ones after it, each with its own MAC key. `open_failed` otherwise.
 */
export async function openWithRecord(
  record: SessionRecord,
  context: OpenContext,
): Promise<OpenedMessage> {
  const stored = [...(record.current ? [record.current] : []), ...record.archived];
  for (const session of stored) {
    const state = loadState(session);
    if (findChain(state.receivers, context.message.ratchetKey)) {
      return ratchetDecrypt({ ...context, state });
    }
    if (session !== record.current) await giveWay();
  }
  for (const session of stored) {
    const maximumJump = session === record.current ? maximumForwardJump : maximumGuessedJump;
    try {
      return await ratchetDecrypt({ ...context, state: loadState(session), maximumJump });
    } catch (error) {
      if (!isCryptoError(error)) throw error;
    }
    // 40 agreements in a row on noble would block for 80 ms.
    await giveWay();
  }
  throw new CryptoError('open_failed');
}
