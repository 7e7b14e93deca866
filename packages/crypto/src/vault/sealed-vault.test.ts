import { beforeAll, describe, expect, it } from 'vitest';
import { alice, filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { sealBox } from '../committed-aead/committed-box.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { be64 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { sha256 } from '../primitives/sha2.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import { kdfFields } from './kdf-parameters.ts';
import { openVaultWithPassword, openVaultWithRecoveryKey } from './open-vault.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import { replaceRecoveryKey } from './replace-recovery-key.ts';
import { rewrapVault } from './rewrap-vault.ts';
import { sealBody, type SealedVault } from './sealed-vault.ts';
import { passwordSecret, recoverySecret } from './vault-secret.ts';
import { wrapWith } from './vault-wrap.ts';

const chatPassword = 'maple orbit canvas tiger';
let created: CreatedVault;

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
});

const open = (sealedVault: SealedVault) =>
  openVaultWithRecoveryKey({ userId: alice, recoveryKey: created.recoveryKey, sealedVault });

describe('A vault that holds its own key but is malformed', () => {
  it('does not open with a wrap made at a later version', async () => {
    const { vaultKey, accountKey, sealedVault } = created;
    const { kdf, passwordWrap } = sealedVault;
    const secret = await recoverySecret(alice, parseRecoveryKey(created.recoveryKey));
    for (const [madeAt, expected] of [
      [1, 'accepted'],
      [2, 'open_failed'],
    ] as const) {
      const place = { userId: alice, kdf, version: 1 };
      const recoveryWrap = await wrapWith(secret, madeAt, vaultKey);
      const wraps = { passwordWrap, recoveryWrap };
      const body = await sealBody(place, wraps, vaultKey, { accountSeed: accountKey.seed });

      expect(await refusal(() => open({ version: 1, kdf, ...wraps, body }))).toBe(expected);
    }
    const place = { userId: alice, kdf, version: 2 };
    const wraps = {
      recoveryWrap: sealedVault.recoveryWrap,
      passwordWrap: await wrapWith(await passwordSecret(alice, kdf, chatPassword), 2, vaultKey),
    };
    const body = await sealBody({ ...place, version: 1 }, wraps, vaultKey, {
      accountSeed: accountKey.seed,
    });
    const later = { version: 1, kdf, ...wraps, body };
    const withPassword = () =>
      openVaultWithPassword({ userId: alice, chatPassword, sealedVault: later });
    expect(await refusal(withPassword)).toBe('open_failed');
  });

  it('does not open with a vault key of another length', async () => {
    const { sealedVault } = created;
    const secret = await recoverySecret(alice, parseRecoveryKey(created.recoveryKey));
    for (const length of [0, 16, 31, 33]) {
      const recoveryWrap = await wrapWith(secret, 1, filled(length, 1));

      expect(await refusal(() => open({ ...sealedVault, recoveryWrap }))).toBe('open_failed');
    }
  });

  it('does not open with contents of another format or length', async () => {
    const { vaultKey, accountKey, sealedVault } = created;
    const { version, kdf, passwordWrap, recoveryWrap } = sealedVault;
    const hashes = [await sha256(passwordWrap), await sha256(recoveryWrap)];
    const fields = [uuidBytes(alice), be64(version), ...kdfFields(kdf), ...hashes];
    const contents = async (plaintext: Uint8Array) => {
      const body = await sealBox(
        { key: vaultKey, label: 'sotto/v1/vault-body', fields },
        plaintext,
      );
      return refusal(() => open({ ...sealedVault, body }));
    };
    const { seed } = accountKey;

    expect(await contents(Uint8Array.of(1, ...seed))).toBe('accepted');
    expect(await contents(Uint8Array.of(2, ...seed))).toBe('open_failed');
    expect(await contents(Uint8Array.of(0, ...seed))).toBe('open_failed');
    expect(await contents(concatBytes(filled(1, 1), seed, filled(1, 0)))).toBe('open_failed');
    expect(await contents(concatBytes(filled(1, 1), seed.subarray(1)))).toBe('open_failed');
    expect(await contents(filled(0, 0))).toBe('open_failed');
  });

  it('tells a mistake of the caller from a refusal', async () => {
    const { sealedVault } = created;
    const withPassword = () =>
      openVaultWithPassword({ userId: alice, chatPassword: '', sealedVault });

    expect(await refusal(withPassword)).toBe('RangeError');
  });
});

describe('A change of the vault', () => {
  it('is the same bytes for the same randomness', async () => {
    const { vaultKey, sealedVault } = created;
    const input = () => ({ userId: alice, vaultKey, sealedVault, random: seededRandom(7) });
    const rewrap = () => rewrapVault({ ...input(), newChatPassword: 'new' });

    expect(await rewrap()).toEqual(await rewrap());
    expect(await replaceRecoveryKey(input())).toEqual(await replaceRecoveryKey(input()));
  });

  it('raises the cost of the password if asked, and never lowers it', async () => {
    const { vaultKey, sealedVault } = created;
    const input = { userId: alice, vaultKey, sealedVault, newChatPassword: 'new' };

    const raised = await rewrapVault({ ...input, iterations: 600_001 });

    expect(raised.kdf.iterations).toBe(600_001);
    const kept = await rewrapVault({ ...input, sealedVault: raised });
    expect(kept.kdf.iterations).toBe(600_001);
    expect(await refusal(() => rewrapVault({ ...input, iterations: 599_999 }))).toBe(
      'weak_parameters',
    );
  });
});
