import { describe, expect, it } from 'vitest';
import { alice, filled, seededRandom } from '../building/builders.ts';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import golden from './v1.json' with { type: 'json' };
import anchored from './v1-vault-anchor.json' with { type: 'json' };

const anchor = { version: 12, hash: filled(32, 41) };
const vaultKey = fromHex(golden.vault.vaultKey);
const accountSeed = fromHex(golden.vault.accountSeed);

const sealedVault: sotto.SealedVault = {
  version: golden.vault.version,
  kdf: {
    algorithm: 'PBKDF2-HMAC-SHA256',
    iterations: golden.vault.iterations,
    salt: fromHex(golden.vault.salt),
  },
  passwordWrap: fromHex(golden.vault.passwordWrap),
  recoveryWrap: fromHex(golden.vault.recoveryWrap),
  body: fromHex(golden.vault.body),
};

describe('The vault of version 1 with an anchor', () => {
  it('opens with its key', async () => {
    const body = fromHex(anchored.body);
    const { version } = anchored;

    const contents = await sotto.openVaultWithKey({
      userId: alice,
      vaultKey,
      sealedVault: { ...sealedVault, version, body },
    });

    expect(contents).toEqual({ version: 2, accountSeed, anchor, formerVaultKeys: [] });
  });

  it('is what this version makes from the same randomness', async () => {
    const next = await sotto.updateVault({
      userId: alice,
      vaultKey,
      sealedVault,
      contents: { accountSeed, anchor },
      random: seededRandom(9),
    });

    expect({ version: next.version, body: toHex(next.body) }).toEqual(anchored);
    expect(next).toMatchObject({
      kdf: sealedVault.kdf,
      passwordWrap: sealedVault.passwordWrap,
      recoveryWrap: sealedVault.recoveryWrap,
    });
  });
});
