/** An account with a vault and two devices, for tests of a change of the vault key. */
import {
  generateIdentityKeyPair,
  type IdentityKeyPair,
} from '../../src/identity/identity-key-pair.ts';
import { generateHybridKeyPair, type HybridKeyPair } from '../../src/seal/hybrid-key-pair.ts';
import { generateSealingKeyPair, type SealingKeyPair } from '../../src/seal/sealing-key-pair.ts';
import type { SealRecipient, SealSender } from '../../src/seal/seal-signed.ts';
import { changeVaultKey } from '../../src/vault/change-vault-key.ts';
import type { SealedVault } from '../../src/vault/sealed-vault.ts';
import { openVaultAsDevice } from '../../src/vault/open-vault-as-device.ts';
import { alice, filled, seededRandom } from './builders.ts';

/** A device with all of its keys. */
export interface TestDevice {
  userId: string;
  deviceId: string;
  identity: IdentityKeyPair;
  sealing: SealingKeyPair;
  hybrid?: HybridKeyPair;
}

/** A device whose keys follow from `seed`; with a hybrid key unless told otherwise. */
export async function testDevice(
  deviceId: string,
  seed: number,
  { userId = alice, hybrid = true } = {},
): Promise<TestDevice> {
  const random = seededRandom(seed);
  const identity = await generateIdentityKeyPair({ random });
  const sealing = await generateSealingKeyPair({ random });
  const device = { userId, deviceId, identity, sealing };
  return hybrid ? { ...device, hybrid: await generateHybridKeyPair({ random }) } : device;
}

/** The device as one that seals. */
export function asSender({ userId, deviceId, identity }: TestDevice): SealSender {
  return { userId, deviceId, identitySeed: identity.seed };
}

/** The device as others see it in its manifest. */
export function asRecipient({ userId, deviceId, sealing, hybrid }: TestDevice): SealRecipient {
  const { publicKey } = sealing;
  return { userId, deviceId, publicKey, ...(hybrid && { hybridKey: hybrid.publicKey }) };
}

/** The device as one that opens. */
export function asOpener({ userId, deviceId, sealing, hybrid }: TestDevice) {
  return { userId, deviceId, ...sealing, ...(hybrid && { hybrid }) };
}

/** The first manifest of an account's second key, as far as a vault names it. */
export const newAnchor = { version: 4, hash: filled(32, 44) };

/** Seed of the account key after the change. */
export const newAccountSeed = filled(32, 45);

/** The chat password of the vaults whose key is changed in tests. */
export const chatPassword = 'maple orbit canvas tiger';

/** Changes a vault's key as `sender`, for `devices`. */
export function changeKey(
  opened: { vaultKey: Uint8Array; sealedVault: SealedVault },
  [sender, ...others]: [TestDevice, ...TestDevice[]],
  more: { seed?: number; anchor?: typeof newAnchor; userId?: string; password?: string } = {},
) {
  const { seed, anchor = newAnchor, userId = alice, password = chatPassword } = more;
  return changeVaultKey({
    userId,
    vaultKey: opened.vaultKey,
    sealedVault: opened.sealedVault,
    chatPassword: password,
    contents: { accountSeed: newAccountSeed, anchor },
    sender: asSender(sender),
    recipients: [sender, ...others].map(asRecipient),
    ...(seed !== undefined && { random: seededRandom(seed) }),
  });
}

/** Opens a vault as `device`, which certifies `senders`. */
export function openAs(
  device: TestDevice,
  sealedVault: SealedVault,
  senders: readonly TestDevice[],
  more: { userId?: string; minimumVersion?: number } = {},
) {
  return openVaultAsDevice({
    userId: alice,
    sealedVault,
    recipient: asOpener(device),
    findSenderKey: async (deviceId) =>
      senders.find((sender) => sender.deviceId === deviceId)?.identity.publicKey,
    ...more,
  });
}
