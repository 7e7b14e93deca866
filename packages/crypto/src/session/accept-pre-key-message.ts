/** The responder's handling of a first message that no session knows yet. */
import { CryptoError } from '../errors.ts';
import { respondToSession } from './handshake.ts';
import { openWithRecord, type OpenedMessage, type OpenContext } from './open-message.ts';
import type { PreKeySignalMessage } from './pre-key-signal-message.ts';
import { storeState, type PeerVersion } from './session-state.ts';
import type { KyberPreKeyUse, ProtocolStores } from './stores.ts';

/** An opened first message, and the prekeys that must go once the session is stored. */
export interface AcceptedMessage extends OpenedMessage {
  usePreKeys: () => Promise<void>;
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
}): Promise<AcceptedMessage> {
  const { first, context, stores, peerVersion } = input;
  const { preKeyId, kyberPreKeyId, signedPreKeyId, baseKey } = first;
  const use: KyberPreKeyUse = { kyberPreKeyId, signedPreKeyId, baseKey };
  const signedPreKey = await stores.signedPreKeys.loadSignedPreKey(signedPreKeyId);
  const kyberPreKey = await stores.kyberPreKeys.loadKyberPreKey(kyberPreKeyId);
  const preKey = preKeyId === undefined ? undefined : await stores.preKeys.loadPreKey(preKeyId);
  if (!signedPreKey || !kyberPreKey || (preKeyId !== undefined && !preKey)) {
    throw new CryptoError('open_failed');
  }
  if (kyberPreKey.lastResort && (await stores.kyberPreKeys.wasLastResortUsed(use))) {
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
  const opened = await openWithRecord({ current: storeState(state), archived: [] }, context);
  const usePreKeys = async (): Promise<void> => {
    if (kyberPreKey.lastResort) await stores.kyberPreKeys.recordLastResortUse(use);
    else await stores.kyberPreKeys.removeKyberPreKey(kyberPreKeyId);
    if (preKeyId !== undefined) await stores.preKeys.removePreKey(preKeyId);
  };
  return { ...opened, usePreKeys };
}
