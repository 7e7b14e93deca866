import { decryptRecord, fromUtf8, utf8 } from '@sotto/crypto';
import type { Profile } from '@sotto/protocol';
import { openDeviceKeys } from '../../src/devices/device-keys.ts';
import { createDeviceShelf, readCurrentUser } from '../../src/devices/device-record.ts';
import type { AccountContext } from '../../src/engine/account-context.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createSealedStore } from '../../src/storage/sealed-store.ts';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import { createHttpClient } from '../../src/transport/http-client.ts';
import { createTrustStore } from '../../src/trust/trust-store.ts';
import type { TrustStore } from '../../src/trust/trust-store.ts';
import { openWithPassword } from '../../src/vault/open-vault.ts';
import { openStorageKey } from '../../src/vault/storage-key.ts';
import type { Transport } from '../../src/platform.ts';
import { createNetworkTransport } from '../../src/index.ts';
import { systemRandom } from '@sotto/crypto';

/** Another pair of hands on a device that a client has set up: its disk, its keys, its session. */
export interface DeviceParts {
  context: AccountContext;
  trust: TrustStore;
}

export async function openParts(options: {
  test: TestClient;
  person: TestPerson;
  relayUrl: string;
  transport?: Transport;
}): Promise<DeviceParts> {
  const { test, person, relayUrl, transport = createNetworkTransport() } = options;
  const { clock, disk } = test;
  const port = createMemoryStorage(disk);
  const userId = await readCurrentUser(port);
  if (!userId) throw new Error('nobody is here');
  const shelf = createDeviceShelf(port, userId);
  const record = await shelf.read();
  if (!record?.vault) throw new Error('no device is here');
  const { chatPassword } = person;
  const sealed = record.vault;
  const vault = await openWithPassword({ userId, chatPassword, sealed, minimumVersion: 1 });
  vault.useStorageKey(await openStorageKey(vault, record.storageKey));
  const { storageKey } = vault;
  const { deviceId, sealedKeys } = record;
  const keys = await openDeviceKeys({ sealedKeys, userId, deviceId, storageKey });
  const platform = {
    clock,
    random: systemRandom,
    openStorage: async () => port,
    relayUrl,
    transport,
    deviceType: 'cli' as const,
    deviceName: 'parts',
  };
  const http = createHttpClient({
    transport,
    clock,
    relayUrl,
    caller: {
      deviceId: () => deviceId,
      async accessToken() {
        const auth = (await shelf.readAuth()) ?? new Uint8Array(0);
        const context = [utf8('auth-session')];
        const text = fromUtf8(await decryptRecord({ key: storageKey, context, ciphertext: auth }));
        return (JSON.parse(text) as { access_token: string }).access_token;
      },
    },
  });
  const random = systemRandom;
  const store = createSealedStore({
    storage: shelf.storage,
    storageKey,
    random,
    isOpen: () => true,
  });
  const context: AccountContext = {
    platform,
    userId,
    deviceId,
    vault,
    keys,
    store,
    http,
    profile: () => ({}) as Profile,
    isOpen: () => true,
  };
  const trust = createTrustStore({ store, http, own: vault, onChange: () => undefined });
  return { context, trust };
}
