import { expect, it } from 'vitest';
import { fromHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import { checkPublicHalves } from '../../src/vault-keys.ts';
import { alice } from '../building/builders.ts';
import { onEachBackEnd } from '../known-answers/on-each-back-end.ts';
import { chatPassword, makeVouchedVault } from './golden-vault-voucher-values.ts';
import golden from './v1-vault-voucher.json' with { type: 'json' };

onEachBackEnd('A vault whose recovery key was vouched for', () => {
  it('opens, and the chat password knows both public keys', { timeout: 60_000 }, async () => {
    const vaultKey = fromHex(golden.vaultKey);
    const sealedVault: sotto.SealedVault = {
      version: golden.version,
      kdf: {
        algorithm: 'PBKDF2-HMAC-SHA256',
        iterations: golden.iterations,
        salt: fromHex(golden.salt),
      },
      passwordWrap: fromHex(golden.passwordWrap),
      recoveryWrap: fromHex(golden.recoveryWrap),
      body: fromHex(golden.body),
    };

    const contents = await sotto.openVaultWithKey({ userId: alice, vaultKey, sealedVault });

    expect(contents).toMatchObject({ version: 4, formerVaultKeys: [] });
    const { passwordPublicKey: password, recoveryPublicKey: recovery } = contents;
    const input = { userId: alice, vaultKey, sealedVault, chatPassword };
    expect(await checkPublicHalves(input)).toEqual({ password, recovery });
  });
});

it('A vouched vault is what this version makes from the same randomness', async () => {
  expect(await makeVouchedVault()).toEqual(golden);
});
