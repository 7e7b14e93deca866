import { createVault, openVaultWithKey } from '@sotto/crypto';
import type { StorageKeys } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { holdVault, sealUnderVault } from './open-vault.ts';
import type { OpenVault } from './open-vault.ts';
import { openStorageKey, wrapStorageKey } from './storage-key.ts';
import { deriveVaultKeys } from './vault-keys.ts';
import type { VaultKeys } from './vault-keys.ts';

const userId = userIdSchema.parse('00000000-0000-4000-8000-000000000001');
const filled = (value: number) => new Uint8Array(32).fill(value);
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const zeros = filled(0);

const created = await createVault({ userId, chatPassword: 'a chat password' });
let vault: OpenVault;
let next: VaultKeys;

beforeEach(async () => {
  const { sealedVault: sealed } = created;
  const vaultKey = Uint8Array.from(created.vaultKey);
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  vault = await holdVault({ userId, vaultKey, contents, sealed, chatPassword: null });
  vault.useStorageKey(filled(5));
  const formerVaultKeys = [filled(1), Uint8Array.from(vaultKey)];
  next = await deriveVaultKeys(filled(7), { accountSeed: filled(3), formerVaultKeys });
});

const switchVault = () => vault.switchTo(next, { ...created.sealedVault, version: 2 });
const secretsOf = ({ vaultKey, accountKey, keys, formerKeys }: VaultKeys): Uint8Array[] => [
  vaultKey,
  accountKey.seed,
  ...[keys, ...formerKeys].flatMap((each: StorageKeys) => Object.values(each) as Uint8Array[]),
];

describe('an open vault', () => {
  it('has the keys of the newest vault, opens with the former ones, and keeps its storage key', () => {
    const { keys, storageKey } = vault;

    switchVault();

    expect(vault.vaultKey).toEqual(filled(7));
    expect(vault.accountKey).toBe(next.accountKey);
    expect(vault.sealed.version).toBe(2);
    expect(vault.formerKeys).toHaveLength(2);
    expect(vault.formerKeys[1]).toEqual(keys);
    expect(vault.storageKey).toBe(storageKey);
  });

  it('overwrites everything when it closes, the keys before a change included', () => {
    const { vaultKey, accountKey, keys, formerKeys, storageKey } = vault;
    switchVault();
    expect(keys.keyWrapKey).not.toEqual(zeros);

    vault.close();

    const first = secretsOf({ vaultKey, accountKey, keys, formerKeys });
    for (const secret of [...first, ...secretsOf(next), storageKey]) expect(secret).toEqual(zeros);
    expect(vault.isOpen()).toBe(false);
  });

  it('takes no other keys over once it is closed', () => {
    vault.close();

    switchVault();

    expect(vault.sealed.version).toBe(1);
    for (const secret of secretsOf(next)) expect(secret).toEqual(zeros);
    const late = filled(9);
    vault.useStorageKey(late);
    expect(late).toEqual(zeros);
  });
});

describe('sealing under a vault', () => {
  it('is done again when the vault key changed on the way', async () => {
    const used: StorageKeys[] = [];
    const { keys: former } = vault;

    const sealed = await sealUnderVault(vault, async (keys) => {
      used.push(keys);
      if (used.length === 1) switchVault();
      return keys.keyWrapKey;
    });

    expect(used).toEqual([former, next.keys]);
    expect(sealed).toBe(next.keys.keyWrapKey);
  });

  it('gives nothing out that was sealed under overwritten keys', async () => {
    const sealing = sealUnderVault(vault, async (keys) => {
      vault.close();
      return keys.keyWrapKey;
    });

    await expect(sealing).rejects.toMatchObject({ code: 'locked' });
  });
});

describe('a storage key', () => {
  it('opens under the key it lies under, and under later ones; no other account’s', async () => {
    const wrapped = await wrapStorageKey({
      userId,
      keys: vault.keys,
      storageKey: filled(5),
      random,
    });

    expect(await openStorageKey(vault, wrapped)).toEqual(filled(5));
    switchVault();
    expect(await openStorageKey(vault, wrapped)).toEqual(filled(5));
    const others = userIdSchema.parse('00000000-0000-4000-8000-000000000002');
    const theirs = { userId: others, keys: vault.keys, formerKeys: vault.formerKeys };
    await expect(openStorageKey(theirs, wrapped)).rejects.toMatchObject({ code: 'internal' });
    const flipped = wrapped.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    await expect(openStorageKey(vault, flipped)).rejects.toMatchObject({ code: 'internal' });
  });

  it('of a store from before comes from the account’s first vault key, as a copy', async () => {
    const first = await openStorageKey(vault, undefined);
    expect(first).toEqual(vault.keys.localStorageKey);
    expect(first).not.toBe(vault.keys.localStorageKey);

    switchVault();

    expect(await openStorageKey(vault, undefined)).toEqual(vault.formerKeys[0]?.localStorageKey);
  });
});
