import { fromHex } from '../../encoding/hex.ts';
import type { ProtocolAddress } from '../../session/protocol-address.ts';
import type { ProtocolStores } from '../../session/stores.ts';
import type { recordedSession } from './recorded-session.ts';

const textOf = (address: ProtocolAddress): string => `${address.name}.${address.deviceId}`;

/** The recipient's stores before the first message: its prekeys, no session; in memory. */
export function recipientStores(recorded: typeof recordedSession): ProtocolStores {
  const { identity, signedPreKey, oneTimePreKey, kyberPreKey } = recorded;
  const sessions = new Map<string, Uint8Array>();
  const pair = (keys: { private: string; public: string }) => ({
    privateKey: fromHex(keys.private),
    publicKey: fromHex(keys.public),
  });
  return {
    sessions: {
      loadSession: async (address) => sessions.get(textOf(address)),
      storeSession: async (address, record) => {
        sessions.set(textOf(address), Uint8Array.from(record));
      },
    },
    identity: {
      getIdentityKeyPair: async () => pair(identity),
      getLocalRegistrationId: async () => 17,
      isTrustedIdentity: async () => true,
      saveIdentity: async () => undefined,
    },
    preKeys: {
      loadPreKey: async (id) =>
        id === oneTimePreKey.id ? { id, keyPair: pair(oneTimePreKey) } : undefined,
      removePreKey: async () => undefined,
    },
    signedPreKeys: {
      loadSignedPreKey: async (id) =>
        id === signedPreKey.id
          ? { id, keyPair: pair(signedPreKey), signature: fromHex(signedPreKey.signature) }
          : undefined,
    },
    kyberPreKeys: {
      loadKyberPreKey: async (id) =>
        id === kyberPreKey.id
          ? {
              id,
              keyPair: {
                secretKey: fromHex(kyberPreKey.secret),
                publicKey: fromHex(kyberPreKey.public),
              },
              signature: fromHex(kyberPreKey.signature),
              lastResort: true,
            }
          : undefined,
      removeKyberPreKey: async () => undefined,
      wasLastResortUsed: async () => false,
      recordLastResortUse: async () => undefined,
    },
  };
}
