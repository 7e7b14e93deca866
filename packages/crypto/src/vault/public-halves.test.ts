import { beforeAll, describe, expect, it } from 'vitest';
import { alice, alicePhone, filled, seededRandom } from '../../test/building/builders.ts';
import { isCryptoError } from '../errors.ts';
import { generateSealingKeyPair } from '../seal/sealing-key-pair.ts';
import { changeVaultKey } from './change-vault-key.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import { openVaultWithKey } from './open-vault.ts';
import { checkPublicHalves, vouchForRecoveryKey } from './public-halves.ts';
import { replaceRecoveryKey, rewrapVault } from './rewrap-vault.ts';
import { openBody, sealVault, wrapsOf, type SealedVault } from './sealed-vault.ts';
import { updateVault } from './update-vault.ts';
import type { SealedContents } from './vault-contents.ts';

const userId = alice;
const chatPassword = 'six words are better than one';
let made: CreatedVault;
let vouched: SealedVault;

beforeAll(async () => {
  made = await createVault({ userId, chatPassword, random: seededRandom(11) });
  const { vaultKey, sealedVault } = made;
  vouched = await vouchForRecoveryKey({ userId, vaultKey, sealedVault, chatPassword });
});

const check = (sealedVault: SealedVault, password = chatPassword, vaultKey = made.vaultKey) =>
  checkPublicHalves({ userId, vaultKey, sealedVault, chatPassword: password });

/** As whoever has had the vault open can change it. */
async function plant(sealed: SealedVault, parts: Partial<SealedContents>): Promise<SealedVault> {
  const place = { userId, version: sealed.version, kdf: sealed.kdf };
  const contents = await openBody(place, sealed, made.vaultKey);
  return sealVault(place, wrapsOf(sealed), made.vaultKey, { ...contents, ...parts });
}

describe('The public halves of password and recovery key', () => {
  it('are known by the password, the recovery key’s where it was vouched for, in the same version', async () => {
    const { vaultKey, sealedVault } = made;
    const contents = await openVaultWithKey({ userId, vaultKey, sealedVault });
    const { passwordPublicKey: password, recoveryPublicKey: recovery } = contents;

    expect(await check(sealedVault)).toEqual({ password });
    expect(await check(vouched)).toEqual({ password, recovery });
    expect(vouched).toEqual({ ...sealedVault, body: vouched.body });
    const opened = await openVaultWithKey({ userId, vaultKey, sealedVault: vouched });
    const { recoveryVoucher } = opened;
    expect(recoveryVoucher).toHaveLength(32);
    expect(opened).toEqual({ ...contents, version: 4, recoveryVoucher });
  });

  it('are not, when somebody with the vault key has exchanged them', async () => {
    const { passwordPublicKey, recoveryPublicKey } = await openVaultWithKey({
      userId,
      vaultKey: made.vaultKey,
      sealedVault: vouched,
    });
    const other = filled(1_216, 1);

    expect(await check(await plant(vouched, { recoveryPublicKey: other }))).toEqual({
      password: passwordPublicKey,
    });
    expect(await check(await plant(vouched, { passwordPublicKey: other }))).toEqual({
      recovery: recoveryPublicKey,
    });
    expect(await check(await plant(vouched, { recoveryVoucher: filled(32, 1) }))).toEqual({
      password: passwordPublicKey,
    });
  });

  it('stay known through another anchor and another vault key', async () => {
    const { vaultKey, accountKey } = made;
    const contents = {
      accountSeed: accountKey.seed,
      anchor: { version: 1, hash: filled(32, 1) },
    };
    const anchored = await updateVault({ userId, vaultKey, sealedVault: vouched, contents });
    const sealing = await generateSealingKeyPair();
    const party = { userId, deviceId: alicePhone };
    const next = await changeVaultKey({
      userId,
      vaultKey,
      sealedVault: anchored,
      contents,
      sender: { ...party, identitySeed: filled(32, 4) },
      recipients: [{ ...party, publicKey: sealing.publicKey }],
    });

    expect(await check(next.sealedVault, chatPassword, next.vaultKey)).toEqual(
      await check(vouched),
    );
  });

  it('have to be vouched for again after another password or recovery key', async () => {
    const { vaultKey } = made;
    const newChatPassword = 'another one, as good as that';
    const rewrapped = await rewrapVault({
      userId,
      vaultKey,
      sealedVault: vouched,
      newChatPassword,
    });
    const { sealedVault: renewed } = await replaceRecoveryKey({
      userId,
      vaultKey,
      sealedVault: vouched,
    });

    expect(Object.keys(await check(rewrapped, newChatPassword))).toEqual(['password']);
    expect(Object.keys(await check(renewed))).toEqual(['password']);
    const again = await vouchForRecoveryKey({
      userId,
      vaultKey,
      sealedVault: rewrapped,
      chatPassword: newChatPassword,
    });
    expect(Object.keys(await check(again, newChatPassword))).toEqual(['password', 'recovery']);
  });

  it('are nobody’s to check or vouch for without the password and the vault key', async () => {
    const wrongPassword = { userId, vaultKey: made.vaultKey, chatPassword: 'not this one' };
    const wrongKey = { userId, vaultKey: filled(32, 9), chatPassword };
    for (const input of [wrongPassword, wrongKey]) {
      for (const attempt of [checkPublicHalves, vouchForRecoveryKey]) {
        const refused = attempt({ ...input, sealedVault: vouched });
        await expect(refused).rejects.toSatisfy((error) => isCryptoError(error, 'open_failed'));
      }
    }
    const old = await sealVault(
      { userId, version: 1, kdf: made.sealedVault.kdf },
      wrapsOf(made.sealedVault),
      made.vaultKey,
      { accountSeed: made.accountKey.seed },
    );
    const missing = { userId, vaultKey: made.vaultKey, sealedVault: old, chatPassword };
    expect(await checkPublicHalves(missing)).toEqual({});
    await expect(vouchForRecoveryKey(missing)).rejects.toSatisfy((error) =>
      isCryptoError(error, 'missing_key'),
    );
  });
});
