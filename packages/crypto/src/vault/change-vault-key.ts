import { assertBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import type { ManifestHead } from '../log/verify-device-manifest.ts';
import { giveWay } from '../primitives/give-way.ts';
import { drawRandom, systemRandom, type RandomSource } from '../primitives/random.ts';
import type { SealParty } from '../seal/seal-binding.ts';
import { sealSigned, type SealRecipient, type SealSender } from '../seal/seal-signed.ts';
import {
  nameDeviceKey,
  serializeDeviceWraps,
  vaultKeySeal,
  type DeviceWrap,
} from './device-wraps.ts';
import { assertSealedVault, maxDeviceWrapsBytes } from './open-vault.ts';
import { openBody, sealVault, type SealedVault, type VaultPlace } from './sealed-vault.ts';
import { withContents } from './update-vault.ts';
import { assertAnchor } from './vault-contents.ts';
import { passwordBinding, recoveryBinding } from './vault-secret.ts';
import { wrapFor } from './vault-wrap.ts';

/**
 * So many keep the body of a vault below 8 KiB, each being 32 bytes. At one more the oldest is given up: a
 * removal must not become impossible.
 */
export const maxFormerVaultKeys = 160;

/**
 * Gives the vault another key, without knowing chat password or recovery key: version + 1, same password,
 * recovery key and parameters. The key is sealed to the public keys of both, and to each of `recipients`,
 * by `sender`; name the sender itself among them, so that it opens the vault again after a crash. The key
 * before is kept in the contents, with those before it, 160 in all.
 *
 * Throws `missing_key` if the vault lacks a public key (`updateVault` puts it in), `open_failed` if
 * `vaultKey` is not this vault's key, `rollback` for an anchor below the vault's, `bad_key` for a refused
 * key of a recipient, `bad_encoding` for a device named twice, `too_large` for more device wraps than
 * 65,536 bytes (some 49 devices with hybrid keys), and `RangeError` for devices of another account.
 */
export async function changeVaultKey(input: {
  userId: string;
  /** 32 bytes, from opening the vault. */
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
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
  const { passwordPublicKey, recoveryPublicKey } = before;
  if (!passwordPublicKey || !recoveryPublicKey) throw new CryptoError('missing_key');
  const after = withContents(before, contents);
  after.formerVaultKeys = [...before.formerVaultKeys, Uint8Array.from(input.vaultKey)].slice(
    -maxFormerVaultKeys,
  );
  const next = { ...place, version: place.version + 1 };
  const vaultKey = drawRandom(random, 32);
  const wrap = (recipient: Parameters<typeof wrapFor>[0]) =>
    wrapFor(recipient, next.version, vaultKey, random);
  const wraps = {
    passwordWrap: await wrap({
      binding: passwordBinding(userId, next.kdf),
      publicKey: passwordPublicKey,
    }),
    recoveryWrap: await wrap({ binding: recoveryBinding(userId), publicKey: recoveryPublicKey }),
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
