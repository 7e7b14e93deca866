import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  damageNotRefused,
  filled,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import { openVaultWithPassword, openVaultWithRecoveryKey } from './open-vault.ts';
import type { RecoveryPart } from './recovery-proof.ts';
import { replaceRecoveryKey } from './replace-recovery-key.ts';
import { rewrapVault } from './rewrap-vault.ts';
import type { SealedVault } from './sealed-vault.ts';
import { passwordSecret } from './vault-secret.ts';
import { openPasswordWrap, wrapWith } from './vault-wrap.ts';

const chatPassword = 'maple orbit canvas tiger';
let created: CreatedVault;
let foreign: CreatedVault;
const withPassword = (sealedVault: SealedVault, more = {}) =>
  openVaultWithPassword({ userId: alice, chatPassword, sealedVault, ...more });
const withRecovery = (sealedVault: SealedVault, more = {}) =>
  openVaultWithRecoveryKey({
    userId: alice,
    recoveryKey: created.recoveryKey,
    sealedVault,
    ...more,
  });

/** Contents of version 3 with the recovery part, which other tests look at. */
const expectedContents = () => ({
  version: 3,
  accountSeed: created.accountKey.seed,
  recovery: expect.any(Object) as RecoveryPart,
  formerVaultKeys: [],
});

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
  foreign = await createVault({ userId: alice, chatPassword, random: seededRandom(2) });
});

describe('A vault', () => {
  it('opens with the chat password and with the recovery key', async () => {
    const { sealedVault, vaultKey } = created;
    const expected = { vaultKey, contents: expectedContents() };

    expect(await withPassword(sealedVault)).toEqual(expected);
    expect(await withRecovery(sealedVault)).toEqual(expected);
    expect(
      await withPassword(sealedVault, { chatPassword: chatPassword.normalize('NFD') }),
    ).toEqual(expected);
  });

  it('does not open for another password, recovery key or user', async () => {
    const { sealedVault } = created;
    expect(
      await refusal(() => withPassword(sealedVault, { chatPassword: `${chatPassword} ` })),
    ).toBe('open_failed');
    expect(await refusal(() => withPassword(sealedVault, { userId: bob }))).toBe('open_failed');
    expect(await refusal(() => withRecovery(sealedVault, { userId: bob }))).toBe('open_failed');
    const { recoveryKey } = foreign;
    expect(await refusal(() => withRecovery(sealedVault, { recoveryKey }))).toBe('open_failed');
  });

  it(
    'does not open with any byte of its parts flipped, cut or added',
    { timeout: 120_000 },
    async () => {
      const { sealedVault } = created;
      expect(
        await damageNotRefused(sealedVault.body, (body) => withRecovery({ ...sealedVault, body })),
      ).toEqual([]);
      expect(
        await damageNotRefused(sealedVault.recoveryWrap, (recoveryWrap) =>
          withRecovery({ ...sealedVault, recoveryWrap }),
        ),
      ).toEqual([]);
      expect(
        await damageNotRefused(sealedVault.passwordWrap, (passwordWrap) =>
          withRecovery({ ...sealedVault, passwordWrap }),
        ),
      ).toEqual([]);
    },
  );

  it('has a password wrap that fails on its own for any change', { timeout: 120_000 }, async () => {
    const kdf = { ...created.sealedVault.kdf, iterations: 1 };
    const secret = await passwordSecret(alice, kdf, chatPassword);
    const wrap = await wrapWith(secret, 1, created.vaultKey);
    const open = async (changed: Uint8Array) => openPasswordWrap(changed, 1, secret);

    expect(await open(wrap)).toEqual(created.vaultKey);
    for (const length of [0, 7])
      expect(await refusal(() => open(wrap.slice(0, length)))).toBe('bad_encoding');
    const box = wrap.slice(8);
    expect(
      await damageNotRefused(box, (changed) =>
        open(Uint8Array.of(...wrap.slice(0, 8), ...changed)),
      ),
    ).toEqual([]);
  });

  it('does not mix with another vault or another version', async () => {
    const { sealedVault } = created;
    const mixed: Record<string, SealedVault> = {
      'foreign recovery wrap': { ...sealedVault, recoveryWrap: foreign.sealedVault.recoveryWrap },
      'foreign password wrap': { ...sealedVault, passwordWrap: foreign.sealedVault.passwordWrap },
      'foreign body': { ...sealedVault, body: foreign.sealedVault.body },
      'foreign salt': { ...sealedVault, kdf: foreign.sealedVault.kdf },
      'more iterations': { ...sealedVault, kdf: { ...sealedVault.kdf, iterations: 600_001 } },
      'later version': { ...sealedVault, version: 2 },
      'version 0': { ...sealedVault, version: 0 },
      'version -1': { ...sealedVault, version: -1 },
      'version NaN': { ...sealedVault, version: Number.NaN },
      'version 1.5': { ...sealedVault, version: 1.5 },
      'version 2^53 + 2': { ...sealedVault, version: 2 ** 53 + 2 },
      'swapped wraps': {
        ...sealedVault,
        passwordWrap: sealedVault.recoveryWrap,
        recoveryWrap: sealedVault.passwordWrap,
      },
    };
    for (const [what, vault] of Object.entries(mixed)) {
      expect([what, await refusal(() => withPassword(vault))]).toEqual([what, 'open_failed']);
      expect([what, await refusal(() => withRecovery(vault))]).toEqual([what, 'open_failed']);
    }
  });

  it('is refused with weak parameters before the password is used', async () => {
    const { sealedVault } = created;
    const { kdf } = sealedVault;
    const weak: unknown[] = [
      ...[
        1,
        1_000,
        150_000,
        599_999,
        0,
        -1,
        '1e3',
        '600000',
        2 ** 31,
        10_000_001,
        Number.NaN,
        600_000.5,
      ].map((iterations) => ({ ...kdf, iterations })),
      { algorithm: kdf.algorithm, salt: kdf.salt },
      { ...kdf, salt: filled(0, 0) },
      { ...kdf, salt: filled(16, 1) },
      { ...kdf, salt: 'x'.repeat(32) },
      { ...kdf, salt: undefined },
      { ...kdf, algorithm: 'PBKDF2-HMAC-SHA1' },
      { ...kdf, algorithm: undefined },
      undefined,
      null,
      'kdf',
      {},
    ];
    for (const parameters of weak) {
      const vault = { ...sealedVault, kdf: parameters as SealedVault['kdf'] };
      expect(await refusal(() => withPassword(vault))).toBe('weak_parameters');
      expect(await refusal(() => withRecovery(vault))).toBe('weak_parameters');
    }
    expect(
      await refusal(() => createVault({ userId: alice, chatPassword, iterations: 599_999 })),
    ).toBe('weak_parameters');
  });

  it('is refused as a rollback below the version already seen', async () => {
    const { sealedVault } = created;
    expect(await refusal(() => withPassword(sealedVault, { minimumVersion: 2 }))).toBe('rollback');
    expect(await refusal(() => withRecovery(sealedVault, { minimumVersion: 2 }))).toBe('rollback');
  });

  it('under a new password keeps key, recovery key and contents, and forgets the old password', async () => {
    const { sealedVault, vaultKey } = created;

    const next = await rewrapVault({
      userId: alice,
      vaultKey,
      chatPassword,
      newChatPassword: 'new',
      sealedVault,
    });

    expect(next.version).toBe(2);
    expect(next.recoveryWrap).toEqual(sealedVault.recoveryWrap);
    expect(next.kdf.salt).not.toEqual(sealedVault.kdf.salt);
    const expected = { vaultKey, contents: expectedContents() };
    expect(await withPassword(next, { chatPassword: 'new', minimumVersion: 2 })).toEqual(expected);
    expect(await withRecovery(next)).toEqual(expected);
    expect(await refusal(() => withPassword(next))).toBe('open_failed');
    const oldWrap = { ...next, passwordWrap: sealedVault.passwordWrap, kdf: sealedVault.kdf };
    expect(await refusal(() => withPassword(oldWrap))).toBe('open_failed');
  });

  it('with a new recovery key keeps the password and forgets the old recovery key', async () => {
    const { sealedVault, vaultKey } = created;

    const next = await replaceRecoveryKey({ userId: alice, vaultKey, sealedVault });

    const { recoveryKey } = next;
    expect(next.sealedVault.version).toBe(2);
    expect((await withPassword(next.sealedVault)).vaultKey).toEqual(vaultKey);
    expect((await withRecovery(next.sealedVault, { recoveryKey })).vaultKey).toEqual(vaultKey);
    expect(await refusal(() => withRecovery(next.sealedVault))).toBe('open_failed');
  });

  it('is not changed by who does not hold its key', async () => {
    const { sealedVault } = created;
    const vaultKey = foreign.vaultKey;
    const rewrap = () =>
      rewrapVault({ userId: alice, vaultKey, newChatPassword: 'new', sealedVault });
    const replace = () => replaceRecoveryKey({ userId: alice, vaultKey, sealedVault });

    expect(await refusal(rewrap)).toBe('open_failed');
    expect(await refusal(replace)).toBe('open_failed');
  });
});
