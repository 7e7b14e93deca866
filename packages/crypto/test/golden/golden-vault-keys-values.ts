/** The inputs from which the golden file of changed vault and account keys was made; they never change. */
import { toHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import { alice, alicePhone, bobLaptop, filled, seededRandom } from '../building/builders.ts';
import { changeKey, newAccountSeed, newAnchor, testDevice } from '../building/vault-account.ts';

export const chatPassword = 'golden chat pässword';

/** The device that changed the key, with a hybrid key, and one without. */
export const makeDevices = async () => ({
  phone: await testDevice(alicePhone, 71),
  laptop: await testDevice(bobLaptop, 73, { hybrid: false }),
});

const hexOf = ({ version, kdf, ...parts }: sotto.SealedVault) => ({
  version,
  iterations: kdf.iterations,
  salt: toHex(kdf.salt),
  passwordWrap: toHex(parts.passwordWrap),
  recoveryWrap: toHex(parts.recoveryWrap),
  deviceWraps: toHex(parts.deviceWraps ?? filled(0, 0)),
  body: toHex(parts.body),
});

/** Everything that the golden file holds, made afresh from fixed randomness. */
export async function makeVaultKeys() {
  const { phone, laptop } = await makeDevices();
  const created = await sotto.createVault({
    userId: alice,
    chatPassword,
    random: seededRandom(61),
  });
  const changed = await changeKey(created, [phone, laptop], {
    seed: 63,
    password: chatPassword,
  });
  const account = await sotto.identityKeyPairFromSeed(newAccountSeed);
  const manifest = await sotto.signDeviceManifest({
    manifest: {
      userId: alice,
      version: newAnchor.version,
      previousHash: filled(32, 75),
      accountKey: account.publicKey,
      devices: [
        {
          deviceId: alicePhone,
          number: 1,
          nameHash: filled(32, 76),
          identityKey: phone.identity.publicKey,
          sealingKey: phone.sealing.publicKey,
          addedAtMs: 1_700_000_000_001,
        },
      ],
      timeMs: 1_700_000_000_002,
    },
    accountSeed: newAccountSeed,
    formerSeed: created.accountKey.seed,
    random: seededRandom(65),
  });
  return {
    recoveryKey: created.recoveryKey,
    accountKey: toHex(created.accountKey.publicKey),
    created: { vaultKey: toHex(created.vaultKey), ...hexOf(created.sealedVault) },
    changed: { vaultKey: toHex(changed.vaultKey), ...hexOf(changed.sealedVault) },
    manifest: {
      body: toHex(manifest.body),
      signature: toHex(manifest.signature),
      hash: toHex(manifest.hash),
    },
  };
}
