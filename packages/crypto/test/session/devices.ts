/** Devices with real keys, and conversations between them. */
import {
  generateIdentityKeyPair,
  generateKyberPreKey,
  generatePreKeys,
  generateSignedPreKey,
  identityAgreementKeyPair,
  SessionBuilder,
  SessionCipher,
  type PeerVersion,
  type PreKeyBundle,
  type ProtocolAddress,
  type RandomSource,
} from '../../src/index.ts';
import { memoryStores, type MemoryStores } from './memory-stores.ts';

/** A device that can be written to. */
export interface Device {
  address: ProtocolAddress;
  identitySeed: Uint8Array;
  stores: MemoryStores;
  random: RandomSource;
}

/** A device with one signed prekey (22), one KEM prekey (7) and some one-time prekeys (from 31). */
export async function makeDevice(
  address: ProtocolAddress,
  random: RandomSource,
  { oneTime = 3, lastResort = true } = {},
): Promise<Device> {
  const identity = await generateIdentityKeyPair({ random });
  const identitySeed = identity.seed;
  const stores = memoryStores(await identityAgreementKeyPair(identity), 4242);
  const signed = await generateSignedPreKey({ id: 22, identitySeed, random });
  const kyber = await generateKyberPreKey({ id: 7, identitySeed, lastResort, random });
  stores.kept.signedPreKeys.set(signed.id, signed);
  stores.kept.kyberPreKeys.set(kyber.id, kyber);
  for (const preKey of await generatePreKeys({ startId: 31, count: oneTime, random })) {
    stores.kept.preKeys.set(preKey.id, preKey);
  }
  return { address, identitySeed, stores, random };
}

/** The bundle a server would hand out, with the first one-time prekey that is left. */
export async function bundleOf(device: Device): Promise<PreKeyBundle> {
  const { kept, identity } = device.stores;
  const [signed] = kept.signedPreKeys.values();
  const [kyber] = kept.kyberPreKeys.values();
  const [preKey] = kept.preKeys.values();
  if (!signed || !kyber) throw new Error('the device has no prekeys');
  return {
    registrationId: await identity.getLocalRegistrationId(),
    identityKey: (await identity.getIdentityKeyPair()).publicKey,
    ...(preKey ? { preKey: { id: preKey.id, publicKey: preKey.keyPair.publicKey } } : {}),
    signedPreKey: {
      id: signed.id,
      publicKey: signed.keyPair.publicKey,
      signature: signed.signature,
    },
    kyberPreKey: { id: kyber.id, publicKey: kyber.keyPair.publicKey, signature: kyber.signature },
  };
}

/** A cipher of `local` for `remote`; a new one for each call holds no state of its own. */
export function cipherBetween(
  local: Device,
  remote: Pick<Device, 'address'>,
  peerVersion: PeerVersion = 'addresses',
): SessionCipher {
  return new SessionCipher({
    localAddress: local.address,
    remoteAddress: remote.address,
    stores: local.stores,
    peerVersion,
    random: local.random,
  });
}

/** Starts a session of `local` with `remote`. */
export async function startSession(
  local: Device,
  remote: Device,
  peerVersion: PeerVersion = 'addresses',
): Promise<void> {
  const builder = new SessionBuilder({
    remoteAddress: remote.address,
    stores: local.stores,
    peerVersion,
    random: local.random,
  });
  await builder.processPreKeyBundle(await bundleOf(remote));
}

/** Two devices; the first has a session with the second. */
export async function pair(
  random: RandomSource,
  peerVersion: PeerVersion = 'addresses',
  options: { oneTime?: number; lastResort?: boolean } = {},
): Promise<{ alice: Device; bob: Device; a: SessionCipher; b: SessionCipher }> {
  const alice = await makeDevice(
    { name: '9d0652a3-dcc3-4d11-975f-74d61598733f', deviceId: 1 },
    random,
  );
  const bob = await makeDevice(
    { name: '796abedb-ca4e-4f18-8803-1fde5b921f9f', deviceId: 1 },
    random,
    options,
  );
  await startSession(alice, bob, peerVersion);
  return {
    alice,
    bob,
    a: cipherBetween(alice, bob, peerVersion),
    b: cipherBetween(bob, alice, peerVersion),
  };
}
