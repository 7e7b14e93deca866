/** Keep an account's secrets in a vault that a chat password or a recovery key opens. */
import assert from 'node:assert/strict';
import {
  createVault,
  decryptRecord,
  deriveStorageKeys,
  encryptRecord,
  openVaultWithPassword,
  openVaultWithRecoveryKey,
  rewrapVault,
  utf8,
} from '../src/index.ts';

const userId = '0a1b2c3d-0000-4000-8000-00000000a11c';
const { sealedVault, recoveryKey, vaultKey } = await createVault({
  userId,
  chatPassword: 'five quiet otters swim north',
});

// The vault key never leaves the device; everything at rest is encrypted under keys made from it.
const { localStorageKey } = await deriveStorageKeys(vaultKey);
const context = [utf8('drafts')];
const ciphertext = await encryptRecord({
  key: localStorageKey,
  context,
  plaintext: utf8('Dear Bob'),
});

// Another chat password: the vault key is wrapped anew, and nothing else has to be encrypted again.
const rewrapped = await rewrapVault({
  userId,
  sealedVault,
  vaultKey,
  newChatPassword: 'six loud geese fly south',
});
const opened = await openVaultWithPassword({
  userId,
  chatPassword: 'six loud geese fly south',
  sealedVault: rewrapped,
});
const recovered = await openVaultWithRecoveryKey({ userId, recoveryKey, sealedVault: rewrapped });

assert.deepEqual(opened.vaultKey, vaultKey);
assert.deepEqual(recovered.vaultKey, vaultKey);
assert.deepEqual(
  await decryptRecord({ key: localStorageKey, context, ciphertext }),
  utf8('Dear Bob'),
);
