import { createHmac, hkdfSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  damageNotRefused,
  filled,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import {
  changeKey,
  chatPassword,
  testDevice,
  type TestDevice,
} from '../../test/building/vault-account.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import { kdfFields, type KdfParameters } from './kdf-parameters.ts';
import { openVaultWithKey, openVaultWithPassword, openVaultWithRecoveryKey } from './open-vault.ts';
import { parseRecoveryKey } from './recovery-key.ts';
import { isVouchedFor, recoveryPartOf, vouchFor, type RecoveryPart } from './recovery-proof.ts';
import { replaceRecoveryKey } from './replace-recovery-key.ts';
import { rewrapVault } from './rewrap-vault.ts';
import { sealVault, type SealedVault } from './sealed-vault.ts';
import { updateVault } from './update-vault.ts';
import {
  passwordSecret,
  publicKeyOf,
  recoverySecret,
  type PasswordSecret,
} from './vault-secret.ts';

let created: CreatedVault;
let opened: Opened;
/** Of the same user and password, with a recovery key that somebody else has. */
let thiefs: CreatedVault;
let phone: TestDevice;

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
  const { vaultKey, sealedVault } = created;
  opened = { vaultKey, sealedVault };
  thiefs = await createVault({ userId: alice, chatPassword: 'guess', random: seededRandom(2) });
  phone = await testDevice(alicePhone, 11);
});

const partOf = async ({ vaultKey, sealedVault }: Opened) =>
  (await openVaultWithKey({ userId: alice, vaultKey, sealedVault })).recovery;

interface Opened {
  vaultKey: Uint8Array;
  sealedVault: SealedVault;
}

/** What whoever has the vault key can store: any contents beside the wraps that are there. */
async function stored(
  recovery: RecoveryPart | undefined,
  { vaultKey, sealedVault }: Opened = created,
): Promise<Opened> {
  const contents = await openVaultWithKey({ userId: alice, vaultKey, sealedVault });
  delete contents.recovery;
  const { version, kdf } = sealedVault;
  const place = { userId: alice, version, kdf };
  const kept = { ...contents, ...(recovery && { recovery }) };
  return { vaultKey, sealedVault: await sealVault(place, sealedVault, vaultKey, kept) };
}

const change = (one: Opened, password = chatPassword) =>
  refusal(() => changeKey(one, [phone], { password }));
const withKey = (sealedVault: SealedVault): Opened => ({ ...opened, sealedVault });

async function parts(): Promise<{ ours: RecoveryPart; theirs: RecoveryPart }> {
  const [ours, theirs] = [await partOf(created), await partOf(thiefs)];
  if (!ours || !theirs) throw new Error('no recovery part');
  return { ours, theirs };
}

describe('Who has a device open and stores other contents', () => {
  it('does not have the next vault key sealed to a key of their own', async () => {
    const { ours, theirs } = await parts();
    const guessed = await passwordSecret(alice, created.sealedVault.kdf, 'guess');
    const stores: Record<string, RecoveryPart | undefined> = {
      'their public key under the proof that was there': { ...ours, publicKey: theirs.publicKey },
      'their proof': { ...ours, proof: theirs.proof },
      'all of theirs': theirs,
      'their key under a proof with a guessed password': await vouchFor(guessed, theirs.publicKey),
      'a proof of zeros': { ...ours, proof: filled(32, 0) },
      nothing: undefined,
    };
    for (const [what, part] of Object.entries(stores)) {
      expect([what, await change(await stored(part))]).toEqual([what, 'missing_key']);
    }
    expect(await change(await stored(ours))).toBe('accepted');
  });

  it('does not have it wrapped under a password of their own', async () => {
    const { vaultKey, sealedVault } = created;
    const rewrapped = await rewrapVault({
      userId: alice,
      vaultKey,
      sealedVault,
      newChatPassword: 'theirs',
    });
    const moved = await stored((await parts()).ours, { vaultKey, sealedVault: rewrapped });

    expect(await change({ vaultKey, sealedVault: rewrapped })).toBe('open_failed');
    expect(await change(moved)).toBe('open_failed');
    expect(await change(moved, 'theirs')).toBe('missing_key');
  });

  it('does not have a wrap under the password taken that holds another key, or is sealed', async () => {
    const { vaultKey, sealedVault } = created;
    const { ours } = await parts();
    const { version, kdf } = sealedVault;
    const place = { userId: alice, version, kdf };
    const other = await createVault({ userId: alice, chatPassword, random: seededRandom(5) });
    const wraps = {
      'of another vault': other.sealedVault.passwordWrap,
      sealed: Uint8Array.of(2, ...sealedVault.passwordWrap),
      short: sealedVault.passwordWrap.slice(0, 5),
      none: filled(0, 0),
    };
    for (const [what, passwordWrap] of Object.entries(wraps)) {
      const contents = { accountSeed: created.accountKey.seed, recovery: ours };
      const vault = await sealVault(place, { ...sealedVault, passwordWrap }, vaultKey, contents);
      expect([what, await change({ vaultKey, sealedVault: vault })]).toEqual([what, 'open_failed']);
    }
    const key = thiefs.vaultKey;
    const contents = { accountSeed: created.accountKey.seed, recovery: ours };
    const theirKey = await sealVault(place, sealedVault, key, contents);
    expect(await change({ vaultKey: key, sealedVault: theirKey })).toBe('open_failed');
  });

  it('does not have their key vouched for by any later change of the vault', async () => {
    const { ours, theirs } = await parts();
    const forged = await stored({ ...ours, publicKey: theirs.publicKey });
    const input = { userId: alice, ...forged };
    const next = { chatPassword, newChatPassword: 'new' };
    const lost = await partOf({ ...forged, sealedVault: await rewrapVault({ ...input, ...next }) });
    const accountSeed = created.accountKey.seed;
    const updated = await updateVault({ ...input, contents: { accountSeed }, chatPassword });

    expect(lost).toBeUndefined();
    expect(await change({ ...forged, sealedVault: updated })).toBe('missing_key');
  });

  it('is rid of by a new recovery key, or the present one in its written form', async () => {
    const { recoveryKey } = created;
    const { ours, theirs } = await parts();
    const forged = await stored({ ...ours, publicKey: theirs.publicKey });
    const input = { userId: alice, ...forged };
    const accountSeed = created.accountKey.seed;

    const renewed = await replaceRecoveryKey({ ...input, chatPassword });
    const recovered = await rewrapVault({ ...input, recoveryKey, newChatPassword: 'new' });
    const updated = await updateVault({
      ...input,
      contents: { accountSeed },
      chatPassword,
      recoveryKey,
    });

    const after = await changeKey(withKey(renewed.sealedVault), [phone]);
    const { sealedVault } = after;
    const byNew = { userId: alice, sealedVault, recoveryKey: renewed.recoveryKey };
    expect((await openVaultWithRecoveryKey(byNew)).vaultKey).toEqual(after.vaultKey);
    const byOld = { ...byNew, recoveryKey };
    expect(await refusal(() => openVaultWithRecoveryKey(byOld))).toBe('open_failed');
    expect(await change(withKey(recovered), 'new')).toBe('accepted');
    expect(await partOf(withKey(updated))).toEqual(ours);
  });
});

describe('The recovery part', () => {
  it('goes on with a new password if the present one vouches for it', async () => {
    const { vaultKey, recoveryKey } = created;
    const input = { userId: alice, ...opened };
    const before = (await parts()).ours;

    const sealedVault = await rewrapVault({ ...input, chatPassword, newChatPassword: 'new' });

    const after = await partOf({ vaultKey, sealedVault });
    expect(after?.publicKey).toEqual(before.publicKey);
    expect(after?.proof).not.toEqual(before.proof);
    const changed = await changeKey({ vaultKey, sealedVault }, [phone], { password: 'new' });
    const both = [
      await openVaultWithPassword({ userId: alice, chatPassword: 'new', ...changed }),
      await openVaultWithRecoveryKey({ userId: alice, recoveryKey, ...changed }),
    ];
    for (const one of both) expect(one.vaultKey).toEqual(changed.vaultKey);
  });

  it('is left out where nobody can vouch for it', async () => {
    const input = { userId: alice, ...opened };
    const rewrapped = async (more: object) =>
      partOf(withKey(await rewrapVault({ ...input, newChatPassword: 'new', ...more })));

    expect(await rewrapped({})).toBeUndefined();
    expect(await rewrapped({ chatPassword: 'another' })).toBeUndefined();
    expect(await rewrapped({ chatPassword })).toBeDefined();
    expect(await partOf(withKey((await replaceRecoveryKey(input)).sealedVault))).toBeUndefined();
    const renewed = await replaceRecoveryKey({ ...input, chatPassword });
    expect(await partOf(withKey(renewed.sealedVault))).toBeDefined();
  });

  it('is taken from secrets that open the vault alone', async () => {
    const input = { userId: alice, ...opened };
    const contents = { accountSeed: created.accountKey.seed };
    const { recoveryKey } = thiefs;
    const rewrap = (more: object) =>
      refusal(() => rewrapVault({ ...input, newChatPassword: 'new', ...more }));
    const replace = (more: object) => refusal(() => replaceRecoveryKey({ ...input, ...more }));
    const update = (more: object) => refusal(() => updateVault({ ...input, contents, ...more }));

    expect(await rewrap({ recoveryKey })).toBe('open_failed');
    expect(await rewrap({ chatPassword, recoveryKey })).toBe('open_failed');
    expect(await rewrap({ recoveryKey: 'mistyped' })).toBe('bad_encoding');
    expect(await replace({ chatPassword: 'another' })).toBe('open_failed');
    expect(await replace({ chatPassword, recoveryKey: 'mistyped' })).toBe('bad_encoding');
    expect(await update({ chatPassword: 'another' })).toBe('open_failed');
    expect(await update({ recoveryKey })).toBe('open_failed');
    expect(await update({ chatPassword, recoveryKey })).toBe('open_failed');
    expect(await update({ chatPassword: 'another', recoveryKey: created.recoveryKey })).toBe(
      'open_failed',
    );
    expect(await update({ recoveryKey: 'mistyped' })).toBe('bad_encoding');
    expect(await update({ chatPassword, recoveryKey: created.recoveryKey })).toBe('accepted');
  });

  it('comes into a vault from before with both secrets together', async () => {
    const { recoveryKey, vaultKey } = created;
    const older = await stored(undefined);
    const contents = { accountSeed: created.accountKey.seed };
    const update = async (more: object) => {
      const sealedVault = await updateVault({ userId: alice, ...older, contents, ...more });
      return partOf({ vaultKey, sealedVault });
    };

    expect(await update({})).toBeUndefined();
    expect(await update({ chatPassword })).toBeUndefined();
    expect(await update({ recoveryKey })).toBeUndefined();
    expect(await update({ chatPassword, recoveryKey })).toEqual((await parts()).ours);
  });
});

describe('A proof', () => {
  // One iteration, which only the limits of a whole vault refuse: the proof is what is looked at here.
  const kdf: KdfParameters = {
    algorithm: 'PBKDF2-HMAC-SHA256',
    iterations: 1,
    salt: filled(32, 8),
  };
  let secret: PasswordSecret;
  let part: RecoveryPart;

  beforeAll(async () => {
    secret = await passwordSecret(alice, kdf, 'pw');
    part = await recoveryPartOf(secret, await recoverySecret(alice, filled(32, 9)));
  });

  it('is an HMAC under a key of its own, over user, parameters and public key', async () => {
    const salt = filled(0, 0);
    const info = frame('sotto/v2/vault-recovery-proof-key', [uuidBytes(alice)]);
    const key = new Uint8Array(hkdfSync('sha256', secret.wrappingKey, salt, info, 32));
    const fields = [uuidBytes(alice), ...kdfFields(kdf), part.publicKey];
    const message = frame('sotto/v2/vault-recovery-proof', fields);

    expect(part.publicKey).toEqual(await publicKeyOf(await recoverySecret(alice, filled(32, 9))));
    expect(part.proof).toEqual(new Uint8Array(createHmac('sha256', key).update(message).digest()));
  });

  it('holds for its user, password, parameters and key alone', async () => {
    const { binding } = secret;
    const others: PasswordSecret[] = [
      await passwordSecret(bob, kdf, 'pw'),
      await passwordSecret(alice, kdf, 'pW'),
      await passwordSecret(alice, { ...kdf, iterations: 2 }, 'pw'),
      await passwordSecret(alice, { ...kdf, salt: filled(32, 9) }, 'pw'),
      { ...secret, binding: { ...binding, userId: bob } },
      { ...secret, binding: { ...binding, parameters: kdfFields({ ...kdf, iterations: 2 }) } },
    ];

    expect(await isVouchedFor(secret, part)).toBe(true);
    for (const other of others) expect(await isVouchedFor(other, part)).toBe(false);
    const publicKey = await publicKeyOf(await recoverySecret(alice, filled(32, 10)));
    expect(await isVouchedFor(secret, { ...part, publicKey })).toBe(false);
    expect(await isVouchedFor(secret, await vouchFor(secret, publicKey))).toBe(true);
  });

  it('does not hold with any byte of it or of the key flipped, cut or added', async () => {
    const code = 'missing_key';
    const check = async (changed: Partial<RecoveryPart>) => {
      if (!(await isVouchedFor(secret, { ...part, ...changed }))) {
        throw new CryptoError(code);
      }
    };

    expect(await damageNotRefused(part.proof, (proof) => check({ proof }), code)).toEqual([]);
    expect(
      await damageNotRefused(part.publicKey, (publicKey) => check({ publicKey }), code),
    ).toEqual([]);
  });
});

it('A recovery key is vouched for when a vault is made', async () => {
  const { kdf } = created.sealedVault;
  const password = await passwordSecret(alice, kdf, chatPassword);
  const recovery = await recoverySecret(alice, parseRecoveryKey(created.recoveryKey));

  expect(await partOf(created)).toEqual(await recoveryPartOf(password, recovery));
});
