/** ML-KEM Braid §2.5, Receive: the state after a message. A payload that does not fit the step changes nothing. */
import { concatBytes } from '../../encoding/bytes.ts';
import { CryptoError } from '../../errors.ts';
import {
  mlKem768Bytes,
  mlKem768Decapsulate,
  mlKem768EncapsulateSecond,
  mlKem768VectorMatches,
} from '../../primitives/ml-kem-768-halves.ts';
import { braidMac, epochSecret, updateAuthenticator, verifyBraidMac } from './braid-keys.ts';
import type { BraidPayload } from './braid-message.ts';
import type { EpochSecret } from './braid-send.ts';
import { braidBytes, type BraidState, type StepOf } from './braid-state.ts';
import { addChunk, decodeChunks, type Chunk } from './erasure-code.ts';

/** What receiving gives. */
export interface BraidReceived {
  state: BraidState;
  newSecret: EpochSecret | undefined;
}

/**
 * The state after a payload of `epoch`. Earlier epochs change nothing; a later one is `open_failed`, but for
 * the next epoch where the peer's message says that it has our ciphertext.
 */
export async function braidReceive(
  state: BraidState,
  epoch: number,
  payload: BraidPayload,
): Promise<BraidReceived> {
  if (epoch > state.epoch) return nextEpoch(state, epoch);
  if (epoch < state.epoch) return { state, newSecret: undefined };
  const { type, chunk } = payload;
  if (type === 'ct2' && chunk) return receiveCt2(state, chunk);
  return { state: await receiveInEpoch(state, type, chunk), newSecret: undefined };
}

function nextEpoch(state: BraidState, epoch: number): BraidReceived {
  if (state.step.name !== 'ct2Sampled' || epoch !== state.epoch + 1) {
    throw new CryptoError('open_failed');
  }
  return { state: { ...state, epoch, step: { name: 'keysUnsampled' } }, newSecret: undefined };
}

async function receiveInEpoch(
  state: BraidState,
  type: BraidPayload['type'],
  chunk: Chunk | undefined,
): Promise<BraidState> {
  switch (type) {
    case 'header':
      return chunk ? receiveHeader(state, chunk) : state;
    case 'ct1':
      return chunk ? receiveCt1(state, chunk) : state;
    case 'ek':
      return chunk ? receiveEk(state, chunk) : state;
    case 'ekCt1Ack':
      return acknowledge(chunk ? await receiveEk(state, chunk) : state);
    case 'ct1Ack':
      return acknowledge(state);
    case 'ct2':
    case 'none':
      return state;
  }
}

async function receiveHeader(state: BraidState, chunk: Chunk): Promise<BraidState> {
  if (state.step.name !== 'noHeaderReceived') return state;
  const chunks = addChunk(state.step.chunks, chunk, braidBytes.header);
  const whole = decodeChunks(chunks, braidBytes.header);
  if (!whole) return { ...state, step: { name: 'noHeaderReceived', chunks } };
  const header = whole.slice(0, mlKem768Bytes.header);
  const mac = whole.slice(mlKem768Bytes.header);
  await verifyBraidMac(state.authenticator, 'header', state.epoch, { bytes: header, mac });
  return { ...state, step: { name: 'headerReceived', header } };
}

function receiveCt1(state: BraidState, chunk: Chunk): BraidState {
  const { step } = state;
  if (step.name !== 'keysSampled' && step.name !== 'headerSent') return state;
  const [before, sent] = step.name === 'headerSent' ? [step.chunks, step.sent] : [[], 0];
  const chunks = addChunk(before, chunk, braidBytes.ct1);
  const ct1 = decodeChunks(chunks, braidBytes.ct1);
  const { seed } = step;
  if (ct1) return { ...state, step: { name: 'ct1Received', seed, sent, ct1 } };
  return { ...state, step: { name: 'headerSent', seed, sent, chunks } };
}

/** A chunk of the vector; the whole of it must be the one that the header's hash names. */
async function receiveEk(state: BraidState, chunk: Chunk): Promise<BraidState> {
  const { step } = state;
  if (step.name !== 'ct1Sampled' && step.name !== 'ct1Acknowledged') return state;
  const chunks = addChunk(step.chunks, chunk, braidBytes.vector);
  const vector = decodeChunks(chunks, braidBytes.vector);
  if (!vector) return { ...state, step: { ...step, chunks } };
  if (!mlKem768VectorMatches(step.header, vector)) throw new CryptoError('open_failed');
  const { header, random, ct1 } = step;
  const sent = step.name === 'ct1Sampled' ? step.sent : 0;
  const received = { name: 'ekReceivedCt1Sampled', header, random, ct1, sent, vector } as const;
  if (step.name === 'ct1Acknowledged') return beginCt2(state, received);
  return { ...state, step: received };
}

/** The peer has all of ct1: stop sending it, and begin ct2 as soon as the vector is whole. */
async function acknowledge(state: BraidState): Promise<BraidState> {
  const { step } = state;
  if (step.name === 'ct1Sampled') {
    const { header, random, ct1, chunks } = step;
    return { ...state, step: { name: 'ct1Acknowledged', header, random, ct1, chunks } };
  }
  return step.name === 'ekReceivedCt1Sampled' ? beginCt2(state, step) : state;
}

async function beginCt2(
  state: BraidState,
  step: StepOf<'ekReceivedCt1Sampled'>,
): Promise<BraidState> {
  const ct2 = mlKem768EncapsulateSecond(step.header, step.vector, step.random);
  const whole = concatBytes(step.ct1, ct2);
  const mac = await braidMac(state.authenticator, 'ciphertext', state.epoch, whole);
  return { ...state, step: { name: 'ct2Sampled', ct2AndMac: concatBytes(ct2, mac), sent: 0 } };
}

async function receiveCt2(state: BraidState, chunk: Chunk): Promise<BraidReceived> {
  const { step, epoch } = state;
  if (step.name !== 'ct1Received' && step.name !== 'ekSentCt1Received') {
    return { state, newSecret: undefined };
  }
  const { seed, ct1 } = step;
  const before = step.name === 'ekSentCt1Received' ? step.chunks : [];
  const chunks = addChunk(before, chunk, braidBytes.ct2);
  const whole = decodeChunks(chunks, braidBytes.ct2);
  if (!whole) {
    const next = { ...state, step: { name: 'ekSentCt1Received', seed, ct1, chunks } as const };
    return { state: next, newSecret: undefined };
  }
  const ct2 = whole.slice(0, mlKem768Bytes.second);
  const mac = whole.slice(mlKem768Bytes.second);
  const secret = await epochSecret(mlKem768Decapsulate(seed, ct1, ct2), epoch);
  const authenticator = await updateAuthenticator(state.authenticator.rootKey, secret, epoch);
  const bytes = concatBytes(ct1, ct2);
  await verifyBraidMac(authenticator, 'ciphertext', epoch, { bytes, mac });
  return {
    state: { epoch: epoch + 1, authenticator, step: { name: 'noHeaderReceived', chunks: [] } },
    newSecret: { epoch, secret },
  };
}
