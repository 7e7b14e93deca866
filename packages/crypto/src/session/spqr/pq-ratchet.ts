/**
 * The sparse post-quantum ratchet (SPQR): the Braid gives a secret each epoch, the chains a key for each message. A
 * message that names epoch e is encrypted with a key of epoch e − 1, which its reader is sure to have.
 */
import { CryptoError } from '../../errors.ts';
import type { RandomSource } from '../../primitives/random.ts';
import { decodeVersioned, encodeVersioned, fields, oneOf, type Decoded } from '../record-codec.ts';
import { updateAuthenticator } from './braid-keys.ts';
import { parseBraidMessage, serializeBraidMessage } from './braid-message.ts';
import { braidReceive } from './braid-receive.ts';
import { braidSend } from './braid-send.ts';
import { braidStateCodec } from './braid-state.ts';
import {
  addEpoch,
  nextSendKey,
  pqChainCodec,
  startPqChain,
  takeReceiveKey,
  type Role,
} from './pq-chain.ts';

const stateCodec = fields({
  /** Whether the peer's messages of the first epoch may come without a key, as libsignal's once did. */
  keyless: oneOf(['refused', 'allowed']),
  chain: pqChainCodec,
  braid: braidStateCodec,
});

const stateVersion = 1;

type PqState = Decoded<typeof stateCodec>;

/** What bytes were made from, for as long as a session state holds them; nobody outside gets these arrays. */
const states = new WeakMap<Uint8Array, PqState>();

function encode(state: PqState): Uint8Array {
  const bytes = encodeVersioned(stateCodec, stateVersion, state);
  states.set(bytes, state);
  return bytes;
}

const decode = (bytes: Uint8Array): PqState =>
  states.get(bytes) ?? decodeVersioned(stateCodec, stateVersion, bytes);

/** The first state, serialized. The initiator makes the first KEM key. */
export async function initiatePqRatchet(input: {
  pqKey: Uint8Array;
  role: Role;
  keylessAllowed: boolean;
}): Promise<Uint8Array> {
  const { pqKey, role } = input;
  const epoch = 1;
  const authenticator = await updateAuthenticator(new Uint8Array(32), pqKey, epoch);
  return encode({
    keyless: input.keylessAllowed && role === 'responder' ? 'allowed' : 'refused',
    chain: await startPqChain(pqKey, role),
    braid: {
      epoch,
      authenticator,
      step:
        role === 'initiator' ? { name: 'keysUnsampled' } : { name: 'noHeaderReceived', chunks: [] },
    },
  });
}

/** The next message's part, its key, and the state after it. */
export async function sendPqRatchet(
  bytes: Uint8Array,
  random: RandomSource,
): Promise<{ state: Uint8Array; message: Uint8Array; key: Uint8Array }> {
  const state = decode(bytes);
  const { epoch } = state.braid;
  const { payload, state: braid, newSecret } = await braidSend(state.braid, random);
  const chain = newSecret ? await addEpoch(state.chain, newSecret) : state.chain;
  const sending = await nextSendKey(chain, epoch - 1);
  return {
    state: encode({ ...state, chain: sending.chain, braid }),
    message: serializeBraidMessage({ epoch, index: sending.index, ...payload }),
    key: sending.key,
  };
}

/**
 * The key of a received part, and the state after it, to be kept only once the message has opened. The key
 * is absent only for a keyless message where those are allowed. Every refusal is a `CryptoError`.
 */
export async function receivePqRatchet(
  bytes: Uint8Array,
  message: Uint8Array,
  maximumJump?: number,
): Promise<{ state: Uint8Array; key: Uint8Array | undefined }> {
  const state = decode(bytes);
  const { epoch, index, ...payload } = parseBraidMessage(message);
  const { state: braid, newSecret } = await braidReceive(state.braid, epoch, payload);
  const chain = newSecret ? await addEpoch(state.chain, newSecret) : state.chain;
  if (index === 0) {
    if (state.keyless !== 'allowed' || epoch !== 1) throw new CryptoError('open_failed');
    return { state: encode({ ...state, chain, braid }), key: undefined };
  }
  const taken = await takeReceiveKey(chain, epoch - 1, index, maximumJump);
  return { state: encode({ ...state, chain: taken.chain, braid }), key: taken.key };
}
