/** Take a device out of an account: another account key, another vault key, nothing left for it to open. */
import assert from 'node:assert/strict';
import {
  createVault,
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  openVaultWithKey,
  openVaultWithPassword,
  openVaultWithRecoveryKey,
  sha256,
  signDeviceManifest,
  utf8,
  verifyManifestChain,
  type DeviceManifest,
} from '../src/index.ts';
import { changeVaultKey, openVaultAsDevice } from '../src/vault-keys.ts';

const userId = '0a1b2c3d-0000-4000-8000-00000000a11c';
const chatPassword = 'five quiet otters swim north';
const { sealedVault, vaultKey, recoveryKey, accountKey } = await createVault({
  userId,
  chatPassword,
});

async function makeDevice(deviceId: string, number: number) {
  const identity = await generateIdentityKeyPair();
  const sealing = await generateSealingKeyPair();
  const hybrid = await generateHybridKeyPair();
  const entry = {
    deviceId,
    number,
    nameHash: await sha256(utf8(`device ${number}`)),
    identityKey: identity.publicKey,
    sealingKey: sealing.publicKey,
    hybridKey: hybrid.publicKey,
    addedAtMs: 1_700_000_000_000,
  };
  return { deviceId, identity, sealing, hybrid, entry };
}
const laptop = await makeDevice('0a1b2c3d-0000-4000-8000-0000000000a1', 1);
const phone = await makeDevice('0a1b2c3d-0000-4000-8000-0000000000a2', 2);
const stolen = await makeDevice('0a1b2c3d-0000-4000-8000-0000000000a3', 3);

const first: DeviceManifest = {
  userId,
  version: 1,
  previousHash: new Uint8Array(32),
  accountKey: accountKey.publicKey,
  devices: [laptop.entry, phone.entry, stolen.entry],
  timeMs: 1_700_000_000_000,
};
const before = await signDeviceManifest({ manifest: first, accountSeed: accountKey.seed });

// The laptop removes the stolen device: its manifest names a new account key, which the former endorses.
const nextAccountKey = await generateIdentityKeyPair();
const after = await signDeviceManifest({
  manifest: {
    ...first,
    version: 2,
    previousHash: before.hash,
    accountKey: nextAccountKey.publicKey,
    devices: [laptop.entry, phone.entry],
  },
  accountSeed: nextAccountKey.seed,
  formerSeed: accountKey.seed,
});
// In the same request goes the vault under another key, sealed to the devices that are left.
const changed = await changeVaultKey({
  userId,
  vaultKey,
  sealedVault,
  chatPassword,
  contents: { accountSeed: nextAccountKey.seed, anchor: { version: 2, hash: after.hash } },
  sender: { userId, deviceId: laptop.deviceId, identitySeed: laptop.identity.seed },
  recipients: [laptop, phone].map(({ deviceId, entry }) => ({
    userId,
    deviceId,
    publicKey: entry.sealingKey,
    hybridKey: entry.hybridKey,
  })),
});

// The phone goes from the key it knows to the new one, and opens the vault by the laptop's seal.
const chain = await verifyManifestChain({
  userId,
  accountKey: accountKey.publicKey,
  entries: [before, after],
});
const newest = chain.at(-1)?.manifest;
const opened = await openVaultAsDevice({
  userId,
  sealedVault: changed.sealedVault,
  recipient: { userId, deviceId: phone.deviceId, ...phone.sealing, hybrid: phone.hybrid },
  findSenderKey: async (deviceId) =>
    newest?.devices.find((device) => device.deviceId === deviceId)?.identityKey,
});

assert.deepEqual(newest?.accountKey, nextAccountKey.publicKey);
assert.deepEqual(opened.vaultKey, changed.vaultKey);
assert.deepEqual(opened.contents.formerVaultKeys, [vaultKey]);
// A new device opens it with the chat password; so it does with the recovery key, which nobody typed.
const byPassword = await openVaultWithPassword({
  userId,
  chatPassword,
  sealedVault: changed.sealedVault,
});
assert.deepEqual(byPassword, opened);
const byRecoveryKey = await openVaultWithRecoveryKey({
  userId,
  recoveryKey,
  sealedVault: changed.sealedVault,
});
assert.deepEqual(byRecoveryKey, opened);
// The stolen device's vault key opens nothing more.
await assert.rejects(openVaultWithKey({ userId, vaultKey, sealedVault: changed.sealedVault }));
