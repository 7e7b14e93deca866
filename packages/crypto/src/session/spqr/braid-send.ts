/** ML-KEM Braid §2.5, Send: what the next message carries, and the state after it. */
import { concatBytes } from '../../encoding/bytes.ts';
import { mlKem768EncapsulateFirst, mlKem768KeyPair } from '../../primitives/ml-kem-768-halves.ts';
import { drawRandom, type RandomSource } from '../../primitives/random.ts';
import { braidMac, epochSecret, updateAuthenticator } from './braid-keys.ts';
import type { BraidPayload, BraidType } from './braid-message.ts';
import type { BraidState, StepOf } from './braid-state.ts';
import { chunkIndices, encodeChunk } from './erasure-code.ts';

/** An epoch's secret, told once. */
export interface EpochSecret {
  epoch: number;
  secret: Uint8Array;
}

/** What a step gives. */
export interface BraidSent {
  payload: BraidPayload;
  state: BraidState;
  newSecret: EpochSecret | undefined;
}

/** The next payload. Draws 64 bytes where a key pair begins, 32 where a ciphertext does, else none. */
export async function braidSend(state: BraidState, random: RandomSource): Promise<BraidSent> {
  const { step } = state;
  switch (step.name) {
    case 'keysUnsampled':
      return sendFirstHeader(state, random);
    case 'keysSampled':
      return sendChunk(state, step, 'header', step.headerAndMac);
    case 'headerSent':
      return sendChunk(state, step, 'ek', mlKem768KeyPair(step.seed).vector);
    case 'ct1Received':
      return sendChunk(state, step, 'ekCt1Ack', mlKem768KeyPair(step.seed).vector);
    case 'headerReceived':
      return sendFirstCiphertext(state, step, random);
    case 'ct1Sampled':
    case 'ekReceivedCt1Sampled':
      return sendChunk(state, step, 'ct1', step.ct1);
    case 'ct2Sampled':
      return sendChunk(state, step, 'ct2', step.ct2AndMac);
    case 'ekSentCt1Received':
    case 'noHeaderReceived':
    case 'ct1Acknowledged':
      return { payload: { type: 'none', chunk: undefined }, state, newSecret: undefined };
  }
}

type Sending = Extract<BraidState['step'], { sent: number }>;

function sendChunk(
  state: BraidState,
  step: Sending,
  type: BraidType,
  message: Uint8Array,
): BraidSent {
  // After 65,536 unanswered chunks their indices begin again.
  const chunk = encodeChunk(message, step.sent % chunkIndices);
  const next = { ...state, step: { ...step, sent: step.sent + 1 } };
  return { payload: { type, chunk }, state: next, newSecret: undefined };
}

async function sendFirstHeader(state: BraidState, random: RandomSource): Promise<BraidSent> {
  const seed = Uint8Array.from(drawRandom(random, 64));
  const { header } = mlKem768KeyPair(seed);
  const mac = await braidMac(state.authenticator, 'header', state.epoch, header);
  const headerAndMac = concatBytes(header, mac);
  return sendChunk(
    state,
    { name: 'keysSampled', seed, headerAndMac, sent: 0 },
    'header',
    headerAndMac,
  );
}

async function sendFirstCiphertext(
  state: BraidState,
  { header }: StepOf<'headerReceived'>,
  source: RandomSource,
): Promise<BraidSent> {
  const random = Uint8Array.from(drawRandom(source, 32));
  const { first, sharedSecret } = mlKem768EncapsulateFirst(header, random);
  const secret = await epochSecret(sharedSecret, state.epoch);
  const { rootKey } = state.authenticator;
  const authenticator = await updateAuthenticator(rootKey, secret, state.epoch);
  const step = { name: 'ct1Sampled', header, random, ct1: first, sent: 0, chunks: [] } as const;
  const sent = sendChunk({ ...state, authenticator }, { ...step, chunks: [] }, 'ct1', first);
  return { ...sent, newSecret: { epoch: state.epoch, secret } };
}
