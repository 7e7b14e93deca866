/** The responder's handling of a first message that no session knows yet. */
import { CryptoError } from '../errors.ts';
import { respondToSession } from './handshake.ts';
import { openWithRecord, type OpenedMessage, type OpenContext } from './open-message.ts';
import type { PreKeySignalMessage } from './pre-key-signal-message.ts';
import { storeState, type PeerVersion } from './session-state.ts';
import type { KyberPreKeyUse, ProtocolStores } from './stores.ts';

/** The first message of a session, as far as it names prekeys. */
type NamedPreKeys = Pick<
  PreKeySignalMessage,
  'preKeyId' | 'kyberPreKeyId' | 'signedPreKeyId' | 'baseKey'
>;

const kyberUseOf = ({ kyberPreKeyId, signedPreKeyId, baseKey }: NamedPreKeys): KyberPreKeyUse => ({
  kyberPreKeyId,
  signedPreKeyId,
  baseKey,
});

/**
 * Uses up the prekeys of a handshake whose session is stored: deletes one-time keys, remembers the use of
 * a last-resort key. Changes nothing the second time.
 */
export async function usePreKeys(stores: ProtocolStores, first: NamedPreKeys): Promise<void> {
  const kyberPreKey = await stores.kyberPreKeys.loadKyberPreKey(first.kyberPreKeyId);
  if (kyberPreKey?.lastResort) await stores.kyberPreKeys.recordLastResortUse(kyberUseOf(first));
  else if (kyberPreKey) await stores.kyberPreKeys.removeKyberPreKey(first.kyberPreKeyId);
  if (first.preKeyId !== undefined) await stores.preKeys.removePreKey(first.preKeyId);
}

/**
 * Makes the session and opens the message inside; `open_failed` for a prekey that is gone, for a handshake
 * that a last-resort prekey has seen, and for whatever does not open. Deletes nothing itself.
 */
export async function acceptPreKeyMessage(input: {
  first: PreKeySignalMessage;
  context: OpenContext;
  stores: ProtocolStores;
  peerVersion: PeerVersion;
}): Promise<OpenedMessage> {
  const { first, context, stores, peerVersion } = input;
  const { preKeyId, kyberPreKeyId, signedPreKeyId } = first;
  const signedPreKey = await stores.signedPreKeys.loadSignedPreKey(signedPreKeyId);
  const kyberPreKey = await stores.kyberPreKeys.loadKyberPreKey(kyberPreKeyId);
  const preKey = preKeyId === undefined ? undefined : await stores.preKeys.loadPreKey(preKeyId);
  if (!signedPreKey || !kyberPreKey || (preKeyId !== undefined && !preKey)) {
    throw new CryptoError('open_failed');
  }
  if (kyberPreKey.lastResort && (await stores.kyberPreKeys.wasLastResortUsed(kyberUseOf(first)))) {
    throw new CryptoError('open_failed');
  }
  const state = await respondToSession({
    local: {
      identity: await stores.identity.getIdentityKeyPair(),
      registrationId: await stores.identity.getLocalRegistrationId(),
    },
    message: first,
    preKey,
    signedPreKey,
    kyberPreKey,
    peerVersion,
  });
  return openWithRecord({ current: storeState(state), archived: [] }, context);
}
