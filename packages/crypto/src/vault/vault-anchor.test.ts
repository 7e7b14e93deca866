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
import { openVaultWithKey, openVaultWithPassword, openVaultWithRecoveryKey } from './open-vault.ts';
import { replaceRecoveryKey } from './replace-recovery-key.ts';
import { rewrapVault } from './rewrap-vault.ts';
import { sealVault, type SealedVault } from './sealed-vault.ts';
import { updateVault } from './update-vault.ts';

const chatPassword = 'maple orbit canvas tiger';
const anchor = { version: 3, hash: filled(32, 7) };
let created: CreatedVault;
/** The vault as it was made before contents had a recovery part. */
let older: SealedVault;
let anchored: SealedVault;

const put = (sealedVault: SealedVault, contents: object) =>
  updateVault({
    userId: alice,
    vaultKey: created.vaultKey,
    sealedVault,
    contents: { accountSeed: created.accountKey.seed, ...contents },
  });
const withKey = (sealedVault: SealedVault, more = {}) =>
  openVaultWithKey({ userId: alice, vaultKey: created.vaultKey, sealedVault, ...more });
const expected = () => ({
  version: 2,
  accountSeed: created.accountKey.seed,
  anchor,
  formerVaultKeys: [],
});

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
  const { sealedVault, vaultKey, accountKey } = created;
  const { version, kdf } = sealedVault;
  const contents = { accountSeed: accountKey.seed };
  older = await sealVault({ userId: alice, version, kdf }, sealedVault, vaultKey, contents);
  anchored = await put(older, { anchor });
});

describe('An anchor in a vault', () => {
  it('comes back whichever way the vault is opened; version, password and recovery key go on', async () => {
    const { vaultKey, recoveryKey } = created;

    const byPassword = await openVaultWithPassword({
      userId: alice,
      chatPassword,
      sealedVault: anchored,
      minimumVersion: 2,
    });
    const byRecovery = await openVaultWithRecoveryKey({
      userId: alice,
      recoveryKey,
      sealedVault: anchored,
    });

    expect(anchored.version).toBe(2);
    expect(byPassword).toEqual({ vaultKey, contents: expected() });
    expect(byRecovery).toEqual(byPassword);
    expect(await withKey(anchored)).toEqual(expected());
  });

  it('stays through a new chat password and a new recovery key', async () => {
    const { vaultKey } = created;
    const input = { userId: alice, vaultKey, sealedVault: anchored };

    const rewrapped = await rewrapVault({ ...input, newChatPassword: 'new' });
    const { sealedVault } = await replaceRecoveryKey(input);

    expect((await withKey(rewrapped)).anchor).toEqual(anchor);
    expect((await withKey(sealedVault)).anchor).toEqual(anchor);
  });

  it('rises, and neither falls nor goes away', async () => {
    const higher = await put(anchored, { anchor: { version: 4, hash: filled(32, 8) } });

    expect((await withKey(higher)).anchor).toEqual({ version: 4, hash: filled(32, 8) });
    expect(
      await refusal(() => put(anchored, { anchor: { version: 2, hash: filled(32, 7) } })),
    ).toBe('rollback');
    expect(await refusal(() => put(anchored, {}))).toBe('rollback');
    expect((await withKey(await put(older, {}))).anchor).toBeUndefined();
  });

  it('is refused without a version from 1 and a hash of 32 bytes', async () => {
    const wrong = [
      { version: 0, hash: filled(32, 1) },
      { version: -1, hash: filled(32, 1) },
      { version: 1.5, hash: filled(32, 1) },
      { version: 1, hash: filled(31, 1) },
      { version: 1, hash: undefined },
    ];
    for (const one of wrong) {
      await expect(put(older, { anchor: one })).rejects.toThrow(/anchor/);
      await expect(put(anchored, { anchor: one })).rejects.toThrow(/anchor/);
    }
  });
});

describe('A vault opened with its key', () => {
  it('opens for this user, key and version alone', async () => {
    expect(await refusal(() => withKey(anchored, { userId: bob }))).toBe('open_failed');
    expect(await refusal(() => withKey(anchored, { vaultKey: filled(32, 9) }))).toBe('open_failed');
    expect(await refusal(() => withKey({ ...anchored, version: 3 }))).toBe('open_failed');
    expect(await refusal(() => withKey(anchored, { minimumVersion: 3 }))).toBe('rollback');
    const weak = { ...anchored, kdf: { ...anchored.kdf, iterations: 1 } };
    expect(await refusal(() => withKey(weak))).toBe('weak_parameters');
  });

  it('does not open with any byte of its body flipped, cut or added', async () => {
    const damaged = (body: Uint8Array) => withKey({ ...anchored, body });
    expect(await damageNotRefused(anchored.body, damaged)).toEqual([]);
  });

  it('keeps the key that was handed in', async () => {
    const vaultKey = Uint8Array.from(created.vaultKey);

    await openVaultWithKey({ userId: alice, vaultKey, sealedVault: anchored });

    expect(vaultKey).toEqual(created.vaultKey);
  });

  it('is not changed by who holds another key', async () => {
    const input = { userId: alice, sealedVault: anchored, contents: expected() };
    expect(await refusal(() => updateVault({ ...input, vaultKey: filled(32, 9) }))).toBe(
      'open_failed',
    );
  });

  it('has contents of version 1 without an anchor', async () => {
    const { seed } = created.accountKey;

    expect(older.body.length).toBe(61 + 33);
    expect(await withKey(older)).toEqual({ version: 1, accountSeed: seed, formerVaultKeys: [] });
    expect(anchored.body.length).toBe(61 + 73);
  });
});
