import { equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { aesCbcDecrypt } from '../primitives/aes-cbc.ts';
import type { RandomSource } from '../primitives/random.ts';
import { agree, generateAgreementKeyPair, type AgreementKeyPair } from './agreement-key-pair.ts';
import { messageKeys, rootStep } from './key-derivation.ts';
import { messageAddresses, type ProtocolAddress } from './protocol-address.ts';
import { findChain, takeMessageSeed, type ReceiverChain } from './receiver-chain.ts';
import { maximumReceiverChains, type SessionState } from './session-state.ts';
import { macMatches, maxSessionMessageBytes, type SignalMessage } from './signal-message.ts';
import { receivePqRatchet } from './spqr/pq-ratchet.ts';

/**
 * Double Ratchet §3.5, RatchetDecrypt: keys, then MAC, then plaintext and the state that follows. The
 * given state is never changed; every refusal is a `CryptoError`.
 */
export async function ratchetDecrypt(input: {
  state: SessionState;
  message: SignalMessage;
  /** Whether the message came inside a PreKeySignalMessage, which must carry addresses. */
  inPreKeyMessage: boolean;
  sender: ProtocolAddress;
  recipient: ProtocolAddress;
  random: RandomSource;
  /** How far ahead in its chains the message may be; 25,000 unless given. */
  maximumJump?: number;
}): Promise<{ plaintext: Uint8Array; state: SessionState }> {
  const { message, random } = input;
  assertAddresses(input);
  if (message.ciphertext.length > maxSessionMessageBytes + 16) throw new CryptoError('open_failed');
  const known = findChain(input.state.receivers, message.ratchetKey);
  const ratcheted = known ? input.state : await dhRatchet(input.state, message.ratchetKey, random);
  const chain = known ?? findChain(ratcheted.receivers, message.ratchetKey);
  if (!chain) throw new CryptoError('open_failed');
  const taken = await takeMessageSeed(chain, message.counter, input.maximumJump);
  const pq = await receivePq(ratcheted, message, input.maximumJump);
  const keys = await messageKeys(taken.seed, pq?.key);
  const parties = { sender: ratcheted.remoteIdentity, receiver: ratcheted.localIdentity };
  if (!(await macMatches(message, keys.macKey, parties))) throw new CryptoError('open_failed');
  const plaintext = await aesCbcDecrypt(keys.cipherKey, keys.iv, message.ciphertext);
  if (plaintext.length > maxSessionMessageBytes) throw new CryptoError('open_failed');
  return {
    plaintext,
    state: {
      ...ratcheted,
      receivers: ratcheted.receivers.map((other) => (other === chain ? taken.chain : other)),
      pendingPreKey: undefined,
      pqRatchet: pq?.state,
    },
  };
}

/**
 * First messages carry addresses, unless the peer is pinned to an older version; later ones of libsignal do not.
 * Wrong ones are accepted from nobody.
 */
function assertAddresses(input: {
  state: SessionState;
  message: SignalMessage;
  inPreKeyMessage: boolean;
  sender: ProtocolAddress;
  recipient: ProtocolAddress;
}): void {
  const { addresses } = input.message;
  if (!addresses) {
    const required = input.inPreKeyMessage && input.state.peerVersion === 'addresses';
    if (required) throw new CryptoError('open_failed');
    return;
  }
  if (!equalBytes(addresses, messageAddresses(input.sender, input.recipient))) {
    throw new CryptoError('open_failed');
  }
}

/** DHRatchet: the peer's new key gives a receiving chain; a new key of ours gives the next sending chain. */
async function dhRatchet(
  state: SessionState,
  ratchetKey: Uint8Array,
  random: RandomSource,
): Promise<SessionState> {
  const { sender } = state;
  const [receivingSecret, { ratchetKeyPair, sendingSecret }] = await Promise.all([
    agree(sender.ratchetKeyPair, ratchetKey),
    newRatchetKey(ratchetKey, random),
  ]);
  const received = await rootStep(state.rootKey, receivingSecret);
  const sending = await rootStep(received.rootKey, sendingSecret);
  const chain: ReceiverChain = { ratchetKey, chainKey: received.chainKey, index: 0, kept: [] };
  return {
    ...state,
    rootKey: sending.rootKey,
    sender: { ratchetKeyPair, chainKey: sending.chainKey, index: 0 },
    previousCounter: sender.index,
    receivers: [...state.receivers, chain].slice(-maximumReceiverChains),
  };
}

async function newRatchetKey(
  theirs: Uint8Array,
  random: RandomSource,
): Promise<{ ratchetKeyPair: AgreementKeyPair; sendingSecret: Uint8Array }> {
  const ratchetKeyPair = await generateAgreementKeyPair(random);
  return { ratchetKeyPair, sendingSecret: await agree(ratchetKeyPair, theirs) };
}

/** A session without the post-quantum ratchet stays without; one that has it takes no message without. */
async function receivePq(
  state: SessionState,
  message: SignalMessage,
  maximumJump: number | undefined,
): Promise<{ key: Uint8Array | undefined; state: Uint8Array } | undefined> {
  if (!state.pqRatchet) return undefined;
  if (!message.pqRatchet) throw new CryptoError('open_failed');
  return receivePqRatchet(state.pqRatchet, message.pqRatchet, maximumJump);
}
