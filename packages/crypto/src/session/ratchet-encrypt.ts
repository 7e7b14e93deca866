import { aesCbcEncrypt } from '../primitives/aes-cbc.ts';
import type { RandomSource } from '../primitives/random.ts';
import { messageKeys, messageSeed, nextChainKey } from './key-derivation.ts';
import { messageAddresses, type ProtocolAddress } from './protocol-address.ts';
import type { SessionState } from './session-state.ts';
import { serializeSignalMessage } from './signal-message.ts';
import { sendPqRatchet } from './spqr/pq-ratchet.ts';

/** Double Ratchet §3.4, RatchetEncrypt, with the post-quantum key mixed in: a SignalMessage and the next state. */
export async function ratchetEncrypt(input: {
  state: SessionState;
  plaintext: Uint8Array;
  sender: ProtocolAddress;
  recipient: ProtocolAddress;
  random: RandomSource;
}): Promise<{ message: Uint8Array; state: SessionState }> {
  const { state, plaintext, random } = input;
  const { ratchetKeyPair, chainKey, index } = state.sender;
  const pq = state.pqRatchet ? await sendPqRatchet(state.pqRatchet, random) : undefined;
  const keys = await messageKeys(await messageSeed(chainKey), pq?.key);
  const message = await serializeSignalMessage(
    {
      ratchetKey: ratchetKeyPair.publicKey,
      counter: index,
      previousCounter: state.previousCounter,
      ciphertext: await aesCbcEncrypt(keys.cipherKey, keys.iv, plaintext),
      pqRatchet: pq?.message,
      addresses:
        state.pendingPreKey && state.peerVersion === 'addresses'
          ? messageAddresses(input.sender, input.recipient)
          : undefined,
    },
    keys.macKey,
    { sender: state.localIdentity, receiver: state.remoteIdentity },
  );
  const sender = { ratchetKeyPair, chainKey: await nextChainKey(chainKey), index: index + 1 };
  return { message, state: { ...state, sender, pqRatchet: pq?.state } };
}
