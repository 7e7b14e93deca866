import { hkdfSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  damageNotRefused,
  filled,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { be64 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { sha256 } from '../primitives/sha2.ts';
import { openBase } from '../seal/hpke-base.ts';
import { kemXWing } from '../seal/hpke-kem.ts';
import { kdfFields, type KdfParameters } from './kdf-parameters.ts';
import {
  passwordSecret,
  publicKeyOf,
  recoverySecret,
  type PasswordSecret,
  type RecoverySecret,
} from './vault-secret.ts';
import { openPasswordWrap, openRecoveryWrap, wrapFor, wrapWith } from './vault-wrap.ts';

const vaultKey = filled(32, 7);
// One iteration, which only the limits of a whole vault refuse: the wrap is what is looked at here.
const kdf: KdfParameters = {
  algorithm: 'PBKDF2-HMAC-SHA256',
  iterations: 1,
  salt: filled(32, 8),
};
const recoveryKey = filled(32, 9);
let secrets: { password: PasswordSecret; recovery: RecoverySecret };

const sealed = async (version = 3, random = seededRandom(1)) => {
  const publicKey = await publicKeyOf(secrets.recovery);
  return wrapFor({ userId: alice, publicKey }, version, vaultKey, random);
};
const open = (wrap: Uint8Array, secret: RecoverySecret, version = 3) =>
  openRecoveryWrap(wrap, version, secret);
const opens = (wrap: Uint8Array, secret: RecoverySecret, version = 3) =>
  refusal(() => open(wrap, secret, version));
const unlocks = (wrap: Uint8Array, secret: PasswordSecret, version = 3) =>
  refusal(() => openPasswordWrap(wrap, version, secret));

beforeAll(async () => {
  secrets = {
    password: await passwordSecret(alice, kdf, 'pw'),
    recovery: await recoverySecret(alice, recoveryKey),
  };
});

describe('A wrap under the chat password', () => {
  it('opens with it, from its version on', async () => {
    const wrap = await wrapWith(secrets.password, 3, vaultKey);

    expect(wrap.slice(0, 8)).toEqual(be64(3));
    expect(wrap.length).toBe(8 + 61 + 32);
    for (const version of [3, 4]) {
      expect(await openPasswordWrap(wrap, version, secrets.password)).toEqual(vaultKey);
    }
    expect(await unlocks(wrap, secrets.password, 2)).toBe('open_failed');
  });

  it('opens for its account, password and parameters alone', async () => {
    const wrap = await wrapWith(secrets.password, 3, vaultKey);
    const { binding } = secrets.password;
    const others: PasswordSecret[] = [
      await passwordSecret(bob, kdf, 'pw'),
      await passwordSecret(alice, kdf, 'pW'),
      await passwordSecret(alice, { ...kdf, iterations: 2 }, 'pw'),
      await passwordSecret(alice, { ...kdf, salt: filled(32, 9) }, 'pw'),
      { ...secrets.password, binding: { ...binding, userId: bob } },
      { ...secrets.password, binding: { ...binding, name: 'recovery' } },
      { ...secrets.password, binding: { ...binding, parameters: [] } },
      { ...secrets.password, ...secrets.recovery },
    ];

    for (const other of others) expect(await unlocks(wrap, other)).toBe('open_failed');
    const earlier = Uint8Array.from(wrap);
    earlier[7] = 2;
    expect(await unlocks(earlier, secrets.password)).toBe('open_failed');
  });

  it('is never a sealed one', async () => {
    const wrap = await wrapWith(secrets.password, 3, vaultKey);
    const ofPassword = { ...secrets.password, privateKey: secrets.recovery.privateKey };

    expect(await unlocks(await sealed(), ofPassword)).toBe('open_failed');
    expect(await unlocks(Uint8Array.of(2, ...wrap), secrets.password)).toBe('open_failed');
    expect(await unlocks(Uint8Array.of(2, ...wrap.slice(1)), secrets.password)).toBe('open_failed');
  });
});

describe('A wrap under the recovery key', () => {
  it('opens with it, made with it or sealed to its public half', async () => {
    const secret = secrets.recovery;

    for (const wrap of [await wrapWith(secret, 3, vaultKey), await sealed()]) {
      expect(await open(wrap, secret)).toEqual(vaultKey);
      expect(await open(wrap, secret, 4)).toEqual(vaultKey);
      expect(await opens(wrap, secret, 2)).toBe('open_failed');
    }
  });

  it('is of the kind that its first byte says', async () => {
    const secret = secrets.recovery;
    const [made, wrap] = [await wrapWith(secret, 3, vaultKey), await sealed()];

    expect(made[0]).toBe(0);
    expect(wrap[0]).toBe(2);
    expect(wrap.length).toBe(1 + 8 + 32 + 1_120 + 48);
    expect(wrap.slice(1, 9)).toEqual(be64(3));
    expect(wrap.slice(9, 41)).toEqual(await sha256(await publicKeyOf(secret)));
    for (const first of [1, 3, 255]) {
      expect(await opens(Uint8Array.of(first, ...wrap.slice(1)), secret)).toBe('bad_encoding');
    }
  });

  it('opens for its account and its key alone', async () => {
    const { recovery, password } = secrets;
    const { binding } = recovery;
    const others: RecoverySecret[] = [
      await recoverySecret(bob, recoveryKey),
      await recoverySecret(alice, filled(32, 10)),
      { ...recovery, ...password },
      { ...recovery, binding: { ...binding, userId: bob } },
      { ...recovery, binding: { ...binding, parameters: kdfFields(kdf) } },
    ];
    for (const wrap of [await wrapWith(recovery, 3, vaultKey), await sealed()]) {
      for (const other of others) expect(await opens(wrap, other)).toBe('open_failed');
      const earlier = Uint8Array.from(wrap);
      earlier[wrap[0] === 2 ? 8 : 7] = 2;
      expect(await opens(earlier, recovery)).toBe('open_failed');
    }
  });
});

onEachBackEnd('A sealed wrap', () => {
  it('is refused with any byte flipped, cut or added', { timeout: 120_000 }, async () => {
    const secret = secrets.recovery;
    const wrap = await sealed();
    const refused = async (changed: Uint8Array) => {
      const got = await opens(changed, secret);
      return got === 'bad_encoding' || got === 'open_failed' ? [] : [got];
    };
    for (const length of [0, 1, 8, 9, 40, 41, 1_160, 1_161, 1_208]) {
      expect(await refused(wrap.slice(0, length))).toEqual([]);
    }
    for (const more of [0, 2]) expect(await refused(Uint8Array.of(...wrap, more))).toEqual([]);
    const flipped: string[] = [];
    for (let at = 0; at < wrap.length; at++) {
      const copy = Uint8Array.from(wrap);
      copy[at] = (copy[at] ?? 0) ^ (1 << (7 - (at % 8)));
      const got = await opens(copy, secret);
      if (got !== 'open_failed' && got !== 'bad_encoding') flipped.push(`byte ${at}: ${got}`);
    }
    expect(flipped).toEqual([]);
  });

  it('is HPKE with X-Wing under the documented info, and names the key it is sealed to', async () => {
    const wrap = await sealed();

    const opened = await openBase(kemXWing, {
      recipientPrivateKey: secrets.recovery.privateKey,
      enc: wrap.slice(41, 1_161),
      info: frame('sotto/v2/vault-recovery-wrap', [uuidBytes(alice), be64(3)]),
      aad: filled(0, 0),
      ciphertext: wrap.slice(1_161),
    });

    expect(opened).toEqual(vaultKey);
  });
});

describe('A sealed wrap', () => {
  it('does not open where it names another key than it is sealed to', async () => {
    const other = await recoverySecret(alice, filled(32, 11));
    const publicKey = await publicKeyOf(other);
    const wrap = await sealed();
    const forOther = await wrapFor({ userId: alice, publicKey }, 3, vaultKey);
    const withName = (name: Uint8Array, rest: Uint8Array) =>
      concatBytes(rest.slice(0, 9), name, rest.slice(41));
    const ours = await sha256(await publicKeyOf(secrets.recovery));
    const theirs = await sha256(publicKey);

    expect(await opens(withName(theirs, wrap), secrets.recovery)).toBe('open_failed');
    expect(await opens(withName(ours, forOther), secrets.recovery)).toBe('open_failed');
    expect(await opens(withName(ours, wrap), secrets.recovery)).toBe('accepted');
  });

  it('is not made for a refused public key', async () => {
    const make = (publicKey: Uint8Array) =>
      refusal(() => wrapFor({ userId: alice, publicKey }, 1, vaultKey));

    expect(await make(filled(1_216, 255))).toBe('bad_key');
    expect(await make(filled(1_215, 1))).toBe('bad_key');
    const publicKey = await publicKeyOf(secrets.recovery);
    expect(await make(publicKey)).toBe('accepted');
  });

  it('is the same bytes for the same randomness', async () => {
    const make = () => sealed(3, seededRandom(5));
    expect(await make()).toEqual(await make());
  });
});

describe('A secret of a vault', () => {
  it('becomes keys by HKDF under labels of their own', async () => {
    const { password, recovery } = secrets;
    const derive = (ikm: Uint8Array, label: string) =>
      new Uint8Array(
        hkdfSync('sha256', ikm, new Uint8Array(0), frame(label, [uuidBytes(alice)]), 32),
      );

    expect(recovery.wrappingKey).toEqual(derive(recoveryKey, 'sotto/v1/vault-recovery-key'));
    expect(recovery.privateKey).toEqual(derive(recoveryKey, 'sotto/v2/vault-recovery-private-key'));
    expect(password.proofKey).toEqual(
      derive(password.wrappingKey, 'sotto/v2/vault-recovery-proof-key'),
    );
  });

  it('has a box that fails on its own for any change', async () => {
    const { recovery } = secrets;
    const wrap = await wrapWith(recovery, 1, vaultKey, seededRandom(3));
    const changed = (box: Uint8Array) => open(concatBytes(wrap.slice(0, 8), box), recovery);

    expect(await damageNotRefused(wrap.slice(8), changed)).toEqual([]);
  });
});
