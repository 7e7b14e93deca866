import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import { alice, filled } from '../building/builders.ts';
import { newAccountSeed, newAnchor, openAs } from '../building/vault-account.ts';
import { onEachBackEnd } from '../known-answers/on-each-back-end.ts';
import { chatPassword, makeDevices, makeVaultKeys } from './golden-vault-keys-values.ts';
import golden from './v1-vault-keys.json' with { type: 'json' };

const sealedVaultOf = (vault: typeof golden.changed): sotto.SealedVault => ({
  version: vault.version,
  kdf: {
    algorithm: 'PBKDF2-HMAC-SHA256',
    iterations: vault.iterations,
    salt: fromHex(vault.salt),
  },
  passwordWrap: fromHex(vault.passwordWrap),
  recoveryWrap: fromHex(vault.recoveryWrap),
  deviceWraps: fromHex(vault.deviceWraps),
  body: fromHex(vault.body),
});

describe('A vault with a recovery part in its contents', () => {
  it('opens with its chat password, its recovery key and its key', async () => {
    const sealedVault = sealedVaultOf(golden.created);
    const { recoveryKey } = golden;
    const vaultKey = fromHex(golden.created.vaultKey);

    const opened = await sotto.openVaultWithPassword({ userId: alice, chatPassword, sealedVault });

    expect(opened.vaultKey).toEqual(vaultKey);
    expect(opened.contents).toMatchObject({ version: 3, formerVaultKeys: [] });
    const byRecoveryKey = { userId: alice, recoveryKey, sealedVault };
    expect(await sotto.openVaultWithRecoveryKey(byRecoveryKey)).toEqual(opened);
    const byKey = { userId: alice, vaultKey, sealedVault };
    expect(await sotto.openVaultWithKey(byKey)).toEqual(opened.contents);
  });
});

onEachBackEnd('A vault whose key was changed', () => {
  it('opens with chat password, recovery key and each device', { timeout: 60_000 }, async () => {
    const sealedVault = sealedVaultOf(golden.changed);
    const { recoveryKey } = golden;
    const { phone, laptop } = await makeDevices();

    const opened = [
      await sotto.openVaultWithPassword({ userId: alice, chatPassword, sealedVault }),
      await sotto.openVaultWithRecoveryKey({ userId: alice, recoveryKey, sealedVault }),
      await openAs(phone, sealedVault, [phone]),
      await openAs(laptop, sealedVault, [phone]),
    ];

    for (const { vaultKey, contents } of opened) {
      expect(vaultKey).toEqual(fromHex(golden.changed.vaultKey));
      expect(contents).toMatchObject({
        version: 3,
        accountSeed: newAccountSeed,
        anchor: newAnchor,
        formerVaultKeys: [fromHex(golden.created.vaultKey)],
      });
    }
  });
});

onEachBackEnd('A succession of account keys', () => {
  it('verifies with the key before it', async () => {
    const { body, signature, hash } = golden.manifest;
    const entry = { body: fromHex(body), signature: fromHex(signature) };
    const previous = { version: newAnchor.version - 1, hash: filled(32, 75) };
    const accountKey = fromHex(golden.accountKey);

    const verified = await sotto.verifyDeviceManifest({
      userId: alice,
      accountKey,
      ...entry,
      previous,
    });

    expect(verified.hash).toEqual(fromHex(hash));
    const { publicKey } = await sotto.identityKeyPairFromSeed(newAccountSeed);
    expect(verified.manifest.accountKey).toEqual(publicKey);
  });
});

describe('Changed vault and account keys', () => {
  it('are what this version makes from the same randomness', async () => {
    expect(await makeVaultKeys()).toEqual(golden);
  });
});
