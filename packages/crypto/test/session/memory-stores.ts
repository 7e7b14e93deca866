/** Stores in memory: the real interfaces over maps, for tests. */
import { toHex } from '../../src/encoding/hex.ts';
import type {
  AgreementKeyPair,
  KyberPreKeyRecord,
  PreKeyRecord,
  ProtocolAddress,
  ProtocolStores,
  SignedPreKeyRecord,
} from '../../src/index.ts';

/** The stores and what is in them. */
export interface MemoryStores extends ProtocolStores {
  kept: {
    sessions: Map<string, Uint8Array>;
    identities: Map<string, string>;
    preKeys: Map<number, PreKeyRecord>;
    signedPreKeys: Map<number, SignedPreKeyRecord>;
    kyberPreKeys: Map<number, KyberPreKeyRecord>;
    lastResortUses: Set<string>;
  };
}

const textOf = (address: ProtocolAddress): string => `${address.name}.${address.deviceId}`;

/** Empty stores of one device; every identity is trusted on first use. */
export function memoryStores(identity: AgreementKeyPair, registrationId: number): MemoryStores {
  const kept: MemoryStores['kept'] = {
    sessions: new Map(),
    identities: new Map(),
    preKeys: new Map(),
    signedPreKeys: new Map(),
    kyberPreKeys: new Map(),
    lastResortUses: new Set(),
  };
  return {
    kept,
    sessions: {
      loadSession: async (address) => kept.sessions.get(textOf(address)),
      storeSession: async (address, record) => {
        kept.sessions.set(textOf(address), Uint8Array.from(record));
      },
    },
    identity: {
      getIdentityKeyPair: async () => identity,
      getLocalRegistrationId: async () => registrationId,
      isTrustedIdentity: async (address, key) =>
        (kept.identities.get(textOf(address)) ?? toHex(key)) === toHex(key),
      saveIdentity: async (address, key) => {
        kept.identities.set(textOf(address), toHex(key));
      },
    },
    preKeys: {
      loadPreKey: async (id) => kept.preKeys.get(id),
      removePreKey: async (id) => {
        kept.preKeys.delete(id);
      },
    },
    signedPreKeys: { loadSignedPreKey: async (id) => kept.signedPreKeys.get(id) },
    kyberPreKeys: {
      loadKyberPreKey: async (id) => kept.kyberPreKeys.get(id),
      removeKyberPreKey: async (id) => {
        kept.kyberPreKeys.delete(id);
      },
      wasLastResortUsed: async (use) =>
        kept.lastResortUses.has(`${use.kyberPreKeyId}/${use.signedPreKeyId}/${toHex(use.baseKey)}`),
      recordLastResortUse: async (use) => {
        kept.lastResortUses.add(`${use.kyberPreKeyId}/${use.signedPreKeyId}/${toHex(use.baseKey)}`);
      },
    },
  };
}
