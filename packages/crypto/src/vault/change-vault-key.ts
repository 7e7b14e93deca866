import { assertBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import type { ManifestHead } from '../log/verify-device-manifest.ts';
import { giveWay } from '../primitives/give-way.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import type { SealParty } from '../seal/seal-binding.ts';
import { sealSigned, type SealRecipient, type SealSender } from '../seal/seal-signed.ts';
import { assertPasswordOpens } from './assert-opens.ts';
import {
  nameDeviceKey,
  serializeDeviceWraps,
  vaultKeySeal,
  type DeviceWrap,
} from './device-wraps.ts';
import { assertSealedVault, maxDeviceWrapsBytes } from './open-vault.ts';
import { isVouchedFor } from './recovery-proof.ts';
import { openBody, sealVault, type SealedVault, type VaultPlace } from './sealed-vault.ts';
import { withContents } from './update-vault.ts';
import { assertAnchor } from './vault-contents.ts';
import { passwordSecret } from './vault-secret.ts';
import { wrapFor, wrapWith } from './vault-wrap.ts';

/**
 * So many keep the body of a vault below 8 KiB, each being 32 bytes. At one more the oldest is given up: a
 * removal must not become impossible.
 */
export const maxFormerVaultKeys = 160;

/**
 * Gives the vault another key, with the chat password and without the recovery key: version + 1, same
 * password, recovery key and parameters. The key is wrapped under the password, sealed to the public half
 * of the recovery key, and to each of `recipients`, by `sender`; name the sender itself among them, so that
 * it opens the vault again after a crash. The key before is kept in the contents, with those before it,
 * 160 in all.
 *
 * Throws `open_failed` if `vaultKey` is not this vault's key or the password does not open it. Throws
 * `missing_key` if the password vouches for no recovery key in the vault: others who held the vault key may
 * have put one there, or taken it away (`replaceRecoveryKey` puts one in). Throws `rollback` for an anchor
 * below the vault's, `bad_key` for a refused key of a recipient, `bad_encoding` for a device named twice,
 * `too_large` for more device wraps than 65,536 bytes (some 49 devices with hybrid keys), and `RangeError`
 * for devices of another account.
 */
export async function changeVaultKey(input: {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
  chatPassword: string;
  contents: { accountSeed: Uint8Array; anchor: ManifestHead };
  sender: SealSender;
  recipients: readonly SealRecipient[];
  random?: RandomSource;
}): Promise<{ vaultKey: Uint8Array; sealedVault: SealedVault }> {
  const { userId, sealedVault, contents, random = systemRandom } = input;
  assertBytes(input.vaultKey, 'vaultKey', 32);
  const place = assertSealedVault(input);
  assertAnchor(contents.anchor);
  for (const party of [input.sender, ...input.recipients]) assertOwn(party, userId);
  const before = await openBody(place, sealedVault, input.vaultKey);
  const { recovery } = before;
  const password = await passwordSecret(userId, place.kdf, input.chatPassword);
  await assertPasswordOpens(sealedVault, password, input.vaultKey);
  if (!recovery || !(await isVouchedFor(password, recovery))) throw new CryptoError('missing_key');
  const after = withContents(before, contents);
  after.formerVaultKeys = [...before.formerVaultKeys, Uint8Array.from(input.vaultKey)].slice(
    -maxFormerVaultKeys,
  );
  const next = { ...place, version: place.version + 1 };
  const vaultKey = drawRandom(random, 32);
  const { publicKey } = recovery;
  const wraps = {
    passwordWrap: await wrapWith(password, next.version, vaultKey, random),
    recoveryWrap: await wrapFor({ userId, publicKey }, next.version, vaultKey, random),
    deviceWraps: await sealToDevices({ ...input, random }, next, vaultKey),
  };
  return { vaultKey, sealedVault: await sealVault(next, wraps, vaultKey, after, random) };
}

function assertOwn(party: SealParty, userId: string): void {
  uuidBytes(party.userId);
  if (party.userId !== userId) throw new RangeError('expected devices of the same account');
}

async function sealToDevices(
  input: { sender: SealSender; recipients: readonly SealRecipient[]; random: RandomSource },
  { userId, version }: VaultPlace,
  payload: Uint8Array,
): Promise<Uint8Array> {
  const { sender, recipients, random } = input;
  const seal = { ...vaultKeySeal(userId, version), payload, sender, random };
  const wraps: DeviceWrap[] = [];
  for (const recipient of recipients) {
    wraps.push({
      recipientDeviceId: recipient.deviceId,
      senderDeviceId: sender.deviceId,
      keyName: await nameDeviceKey(recipient.hybridKey ?? recipient.publicKey),
      ...(await sealSigned({ ...seal, recipient })),
    });
    await giveWay();
  }
  const bytes = serializeDeviceWraps({ madeAt: version, wraps });
  if (bytes.length > maxDeviceWrapsBytes) throw new CryptoError('too_large');
  return bytes;
}
