import type { KyberPreKeyStore, PreKeyStore, SignedPreKeyStore } from '@sotto/crypto';
import * as z from 'zod/mini';
import type { SealedStore } from '../storage/sealed-store.ts';
import {
  kemAtRestSchema,
  kemKey,
  oneTimeAtRestSchema,
  oneTimeKey,
  signedAtRestSchema,
  signedKey,
  handshakeKey,
} from './prekey-records.ts';

/** This device's private prekeys as sessions ask for them, sealed at rest one row each. */
export interface PreKeyStores {
  preKeys: PreKeyStore;
  signedPreKeys: SignedPreKeyStore;
  kyberPreKeys: KyberPreKeyStore;
}

export function createPreKeyStores(store: SealedStore): PreKeyStores {
  return {
    preKeys: {
      loadPreKey: (id) => store.read('state', oneTimeKey(id), oneTimeAtRestSchema),
      removePreKey: (id) => store.write([{ table: 'state', key: oneTimeKey(id), remove: true }]),
    },
    signedPreKeys: {
      loadSignedPreKey: (id) => store.read('state', signedKey(id), signedAtRestSchema),
    },
    kyberPreKeys: {
      loadKyberPreKey: (id) => store.read('state', kemKey(id), kemAtRestSchema),
      removeKyberPreKey: (id) => store.write([{ table: 'state', key: kemKey(id), remove: true }]),
      async wasLastResortUsed(use) {
        return (await store.read('state', handshakeKey(use), z.object({}))) !== undefined;
      },
      async recordLastResortUse(use) {
        await store.write([await store.seal('state', handshakeKey(use), {})]);
      },
    },
  };
}
