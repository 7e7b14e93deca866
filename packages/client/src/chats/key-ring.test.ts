import {
  createEpochKey,
  deriveStorageKeys,
  generateIdentityKeyPair,
  sealSigned,
  systemRandom,
} from '@sotto/crypto';
import type { EpochKey } from '@sotto/crypto';
import { chatIdSchema, deviceIdSchema, userIdSchema } from '@sotto/protocol';
import type { EpochKeys } from '@sotto/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateDeviceKeys } from '../devices/device-keys.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import { createSealedStore } from '../storage/sealed-store.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { epochContext, epochKeyPurpose } from './epoch-context.ts';
import { createKeyRing } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const [ann, ben] = [userIdSchema.parse(id(1)), userIdSchema.parse(id(2))];
const chatId = chatIdSchema.parse(id(3));
const members = [ann, ben];
let own: DeviceKeys;
let sealer: DeviceKeys;
let first: EpochKey;
let second: EpochKey;

beforeAll(async () => {
  own = await generateDeviceKeys(deviceIdSchema.parse(id(4)), 1, systemRandom);
  sealer = await generateDeviceKeys(deviceIdSchema.parse(id(5)), 1, systemRandom);
  const make = (epoch: number) =>
    createEpochKey({ password: 'a chat password', chatId, epoch, timestampMs: 1 });
  [first, second] = await Promise.all([make(1), make(2)]);
});

/** Ben's ring; what is known of Ann's one device is whether it is still hers. */
async function makeRing(current: boolean): Promise<KeyRing> {
  const keys = await deriveStorageKeys(new Uint8Array(32).fill(9));
  const vault = { userId: ben, keys, formerKeys: [] } as unknown as OpenVault;
  const store = createSealedStore({
    storage: createMemoryStorage(),
    storageKey: keys.localStorageKey,
    random: systemRandom,
    isOpen: () => true,
  });
  const certified = {
    deviceId: sealer.deviceId,
    number: 1,
    identityKey: sealer.identity.publicKey,
    sealingKey: sealer.sealing[0].sealing.publicKey,
    current,
  };
  const trust: Pick<TrustStore, 'device'> = {
    device: async (userId, deviceId) =>
      userId === ann && deviceId === sealer.deviceId ? certified : undefined,
  };
  return createKeyRing({ store, vault, keys: own, trust: trust as TrustStore });
}

/** An epoch as the relay offers it, with the seal of Ann's device for Ben's. */
async function offerOf(epochKey: EpochKey, by = sealer.identity.seed): Promise<EpochKeys> {
  const { epoch, keyId, commitment, timestampMs } = epochKey;
  const sealed = await sealSigned({
    payload: epochKey.key,
    purpose: epochKeyPurpose,
    context: epochContext(chatId, epochKey),
    sender: { userId: ann, deviceId: sealer.deviceId, identitySeed: by },
    recipient: { userId: ben, deviceId: own.deviceId, publicKey: own.sealing[0].sealing.publicKey },
  });
  return {
    epoch,
    keyId: Uint8Array.from(keyId),
    commitment: Uint8Array.from(commitment),
    timestampMs,
    iterations: 600_000,
    makerUserId: ann,
    makerDeviceId: sealer.deviceId,
    vaultWrap: null,
    wrappedDevices: [],
    deviceWrap: {
      userId: ben,
      deviceId: own.deviceId,
      ephemeralPublicKey: Uint8Array.from(sealed.ephemeralPublicKey),
      encryptedKey: Uint8Array.from(sealed.ciphertext),
      sealedByUserId: ann,
      sealedByDeviceId: sealer.deviceId,
    },
  };
}

describe('the key ring', () => {
  it('takes the keys that a member’s device sealed', async () => {
    const ring = await makeRing(true);

    for (const epochKey of [first, second]) {
      const opened = await ring.open(chatId, members, await offerOf(epochKey));
      expect(opened?.epochKey.key).toEqual(epochKey.key);
      if (opened) await ring.add(chatId, opened.epochKey);
    }

    expect((await ring.current(chatId))?.epoch).toBe(2);
  });

  it('takes the first key from a device that is none of theirs any more, but no other one', async () => {
    const ring = await makeRing(false);
    const opened = await ring.open(chatId, members, await offerOf(first));
    expect(opened?.epochKey.key).toEqual(first.key);
    if (opened) await ring.add(chatId, opened.epochKey);

    expect(await ring.open(chatId, members, await offerOf(second))).toBeUndefined();
  });

  it('refuses what nobody in the chat sealed, or another key than was named', async () => {
    const ring = await makeRing(true);
    const offer = await offerOf(first);
    const other = await generateIdentityKeyPair();
    const { keyId, commitment } = await offerOf(second);

    expect(await ring.open(chatId, [ben], offer)).toBeUndefined();
    expect(await ring.open(chatId, members, await offerOf(first, other.seed))).toBeUndefined();
    for (const change of [
      { keyId },
      { commitment },
      { epoch: 2 },
      { vaultWrap: new Uint8Array(100) },
      { deviceWrap: null },
    ]) {
      const changed = await ring.open(chatId, members, { ...offer, ...change });
      // A vault wrap that does not open leaves the seal to count.
      expect(changed?.epochKey.key).toEqual('vaultWrap' in change ? first.key : undefined);
    }
    const elsewhere = chatIdSchema.parse(id(7));
    expect(await ring.open(elsewhere, members, offer)).toBeUndefined();
  });
});
