import {
  createEpochKey,
  createVault,
  deriveStorageKeys,
  encryptRecord,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  sealSigned,
  sha256,
  signDeviceManifest,
  systemRandom,
  utf8,
  uuidBytes,
  wrapKey,
} from '@sotto/crypto';
import type { CreatedVault, IdentityKeyPair, SealingKeyPair } from '@sotto/crypto';
import { chatIdSchema, deviceIdSchema } from '@sotto/protocol';
import type { ChatId, DeviceId, Profile, UserId } from '@sotto/protocol';
import { sealVault } from '../../../crypto/src/vault/sealed-vault.ts';
import { createAuthDoor } from '../../src/account/auth-door.ts';
import { signSessionProof } from '../../src/devices/device-proof.ts';
import { createDeviceShelf, writeCurrentUser } from '../../src/devices/device-record.ts';
import { be64 } from '../../src/engine/byte-encoding.ts';
import { randomUuid } from '../../src/engine/random-id.ts';
import { createNetworkTransport } from '../../src/index.ts';
import type { MemoryDisk } from '../../src/index.ts';
import { serializeRecord } from '../../src/storage/json-bytes.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import { createSealedStore } from '../../src/storage/sealed-store.ts';
import type { SealedStore } from '../../src/storage/sealed-store.ts';
import type { Sealed } from '../../src/storage/storage-port.ts';
import type { TestPerson } from '../../src/testing/index.ts';
import { createHttpClient } from '../../src/transport/http-client.ts';
import type { HttpClient } from '../../src/transport/http-client.ts';

const deviceName = 'test client';

/** An account as the first version of Sotto made it, and its device's disk. */
export interface FirstVersionAccount {
  disk: MemoryDisk;
  userId: UserId;
  deviceId: DeviceId;
  profile: Profile;
  identity: IdentityKeyPair;
  sealing: SealingKeyPair;
  http: HttpClient;
  store: SealedStore;
  keyWrapKey: Uint8Array;
  recoveryKey: string;
}

/**
 * Signs a person up as the first version did: a vault without an anchor, a device without a hybrid key
 * and without prekeys, and nothing on disk that came later.
 */
export async function signUpFirstVersion(
  relayUrl: string,
  person: TestPerson,
): Promise<FirstVersionAccount> {
  const { email, password, chatPassword, handle, displayName } = person;
  const transport = createNetworkTransport();
  const clock = { now: () => Date.now(), setTimer: () => () => undefined };
  const random = systemRandom;
  const deviceId = deviceIdSchema.parse(randomUuid(random));
  const auth = createAuthDoor({
    transport,
    now: () => Date.now(),
    config: () => http.call('config', {}),
    onChange: () => undefined,
  });
  let registered: DeviceId | null = null;
  const http: HttpClient = createHttpClient({
    transport,
    clock,
    relayUrl,
    caller: { accessToken: () => auth.accessToken(), deviceId: () => registered },
  });
  const { userId, sessionId } = await auth.signUp({ email, password });
  const { profile } = await http.call('putProfile', {
    body: { handle, displayName, avatarColor: 0 },
  });
  const vault = await createFirstVault(userId, chatPassword);
  await http.call('putVault', { body: vault.sealedVault });
  const keys = await deriveStorageKeys(vault.vaultKey);
  const identity = await generateIdentityKeyPair();
  const sealing = await generateSealingKeyPair();
  const timeMs = Date.now();
  const { body, signature, hash } = await signDeviceManifest({
    accountSeed: vault.accountKey.seed,
    manifest: {
      userId,
      version: 1,
      previousHash: new Uint8Array(32),
      accountKey: vault.accountKey.publicKey,
      timeMs,
      devices: [
        {
          deviceId,
          number: 1,
          nameHash: await sha256(utf8(deviceName)),
          identityKey: identity.publicKey,
          sealingKey: sealing.publicKey,
          addedAtMs: timeMs,
        },
      ],
    },
  });
  const sessionProof = await signSessionProof({
    keys: { deviceId, identity, sealing: [{ sealing, hybrid: null, madeAtMs: 0 }] },
    userId,
    authSessionId: sessionId,
    random,
  });
  const manifest = { version: 1, body, signature };
  await http.call('registerDevice', {
    body: { deviceId, name: deviceName, deviceType: 'cli', manifest, sessionProof },
  });
  registered = deviceId;

  const disk: MemoryDisk = new Map();
  const port = createMemoryStorage(disk);
  const shelf = createDeviceShelf(port, userId);
  const storageKey = keys.localStorageKey;
  const seal = (context: Uint8Array[], plaintext: string) =>
    encryptRecord({ key: storageKey, context, plaintext: utf8(plaintext) });
  await shelf.write({
    format: 1,
    deviceId,
    registered: true,
    vault: vault.sealedVault,
    vaultVersion: 1,
    sealedKeys: await seal(
      [utf8('device-keys'), utf8(userId), utf8(deviceId)],
      serializeRecord({ identitySeed: identity.seed, sealingPrivateKey: sealing.privateKey }),
    ),
    boundSessionId: sessionId,
  });
  await shelf.writeAuth((await seal([utf8('auth-session')], auth.serialized() ?? '')) as Sealed);
  await writeCurrentUser(port, userId);
  const { storage } = shelf;
  const store = createSealedStore({ storage, storageKey, random, isOpen: () => true });
  const trust = {
    userId,
    accountKey: vault.accountKey.publicKey,
    version: 1,
    hash,
    devices: [
      {
        deviceId,
        number: 1,
        identityKey: identity.publicKey,
        sealingKey: sealing.publicKey,
        current: true,
      },
    ],
    alarm: null,
  };
  await store.write([
    await store.seal('state', 'account', { profile, email }),
    await store.seal('state', `trust/${userId}`, trust),
  ]);
  const { keyWrapKey } = keys;
  const { recoveryKey } = vault;
  const made = { disk, userId, deviceId, profile, identity, sealing };
  return { ...made, http, store, keyWrapKey, recoveryKey };
}

/** A vault with nothing in it but the account key. */
async function createFirstVault(userId: UserId, chatPassword: string): Promise<CreatedVault> {
  const created = await createVault({ userId, chatPassword });
  const { vaultKey, sealedVault: made, accountKey } = created;
  const { version, kdf } = made;
  const contents = { accountSeed: accountKey.seed };
  const sealedVault = await sealVault({ userId, version, kdf }, made, vaultKey, contents);
  return { ...created, sealedVault };
}

/** A chat as the first version began it: its key names no manifests, its seals no recipient keys. */
export async function startChatFirstVersion(
  from: FirstVersionAccount,
  to: FirstVersionAccount,
): Promise<ChatId> {
  const chatId = chatIdSchema.parse(randomUuid(systemRandom));
  const timestampMs = Date.now();
  const made = await createEpochKey({ password: 'any', chatId, epoch: 1, timestampMs });
  const { keyId, commitment, key } = made;
  const purpose = 'chat-epoch-key';
  const context = [uuidBytes(chatId), be64(1), keyId];
  const deviceWraps = await Promise.all(
    [from, to].map(async ({ userId, deviceId, sealing }) => {
      const { ephemeralPublicKey, ciphertext } = await sealSigned({
        payload: key,
        purpose,
        context,
        sender: {
          userId: from.userId,
          deviceId: from.deviceId,
          identitySeed: from.identity.seed,
        },
        recipient: { userId, deviceId, publicKey: sealing.publicKey },
      });
      return { userId, deviceId, ephemeralPublicKey, encryptedKey: ciphertext };
    }),
  );
  const vaultWrap = await wrapKey({ wrappingKey: from.keyWrapKey, purpose, context, key });
  const epoch = { epoch: 1, keyId, commitment, timestampMs, iterations: 600_000 };
  await from.http.call('createDirectChat', {
    body: {
      chatId,
      kind: 'direct',
      partnerId: to.userId,
      epoch: { ...epoch, deviceWraps, vaultWrap },
    },
  });
  const id = Buffer.from(keyId).toString('hex');
  await from.store.write([
    await from.store.seal('keys', `${chatId}/${id}`, { epoch: 1, key, timestampMs }),
  ]);
  return chatId;
}
