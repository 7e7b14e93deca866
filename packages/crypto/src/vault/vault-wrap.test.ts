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
import { passwordSecret, publicKeyOf, recoverySecret, type VaultSecret } from './vault-secret.ts';
import { openWrap, readWrap, wrapFor, wrapWith } from './vault-wrap.ts';

const vaultKey = filled(32, 7);
// One iteration, which only the limits of a whole vault refuse: the wrap is what is looked at here.
const kdf: KdfParameters = {
  algorithm: 'PBKDF2-HMAC-SHA256',
  iterations: 1,
  salt: filled(32, 8),
};
const recoveryKey = filled(32, 9);
let secrets: Record<'password' | 'recovery', VaultSecret>;

const sealedFor = async (secret: VaultSecret, version = 3, random = seededRandom(1)) => {
  const { binding } = secret;
  return wrapFor({ binding, publicKey: await publicKeyOf(secret) }, version, vaultKey, random);
};
const open = async (wrap: Uint8Array, secret: VaultSecret, version = 3) =>
  openWrap(readWrap(version, wrap), secret);
const opens = (wrap: Uint8Array, secret: VaultSecret, version = 3) =>
  refusal(() => open(wrap, secret, version));

beforeAll(async () => {
  secrets = {
    password: await passwordSecret(alice, kdf, 'pw'),
    recovery: await recoverySecret(alice, recoveryKey),
  };
});

describe.each(['password', 'recovery'] as const)('A wrap under the %s', (name) => {
  it('opens with its secret, made with it or sealed to its public key', async () => {
    const secret = secrets[name];

    for (const wrap of [await wrapWith(secret, 3, vaultKey), await sealedFor(secret)]) {
      expect(await open(wrap, secret)).toEqual(vaultKey);
      expect(await open(wrap, secret, 4)).toEqual(vaultKey);
    }
  });

  it('is of the kind that its first byte says', async () => {
    const secret = secrets[name];
    const made = await wrapWith(secret, 3, vaultKey);
    const sealed = await sealedFor(secret);

    expect(made[0]).toBe(0);
    expect(made.length).toBe(8 + 61 + 32);
    expect(sealed[0]).toBe(2);
    expect(sealed.length).toBe(1 + 8 + 32 + 1_120 + 48);
    expect(sealed.slice(1, 9)).toEqual(be64(3));
    expect(sealed.slice(9, 41)).toEqual(await sha256(await publicKeyOf(secret)));
    for (const first of [1, 3, 255]) {
      expect(await opens(Uint8Array.of(first, ...sealed.slice(1)), secret)).toBe('bad_encoding');
    }
  });

  it('is not opened before its version', async () => {
    const secret = secrets[name];
    for (const wrap of [await wrapWith(secret, 3, vaultKey), await sealedFor(secret)]) {
      expect(await opens(wrap, secret, 2)).toBe('open_failed');
    }
  });

  it('opens for its account and its secret alone', async () => {
    const others: VaultSecret[] = [
      await recoverySecret(bob, recoveryKey),
      await recoverySecret(alice, filled(32, 10)),
      await passwordSecret(bob, kdf, 'pw'),
      await passwordSecret(alice, kdf, 'pW'),
      await passwordSecret(alice, { ...kdf, iterations: 2 }, 'pw'),
      await passwordSecret(alice, { ...kdf, salt: filled(32, 9) }, 'pw'),
      secrets[name === 'password' ? 'recovery' : 'password'],
    ];
    const secret = secrets[name];
    for (const wrap of [await wrapWith(secret, 3, vaultKey), await sealedFor(secret)]) {
      for (const other of others) expect(await opens(wrap, other)).toBe('open_failed');
    }
  });

  it('is bound to all that names it, even where keys are the same', async () => {
    const secret = secrets[name];
    const { binding } = secret;
    const elsewhere: Record<string, VaultSecret['binding']> = {
      'the other wrap': { ...binding, name: name === 'password' ? 'recovery' : 'password' },
      'another account': { ...binding, userId: bob },
      'other parameters': { ...binding, parameters: kdfFields({ ...kdf, iterations: 2 }) },
    };
    for (const wrap of [await wrapWith(secret, 3, vaultKey), await sealedFor(secret)]) {
      for (const [what, moved] of Object.entries(elsewhere)) {
        const got = await opens(wrap, { ...secret, binding: moved });
        expect([what, got]).toEqual([what, 'open_failed']);
      }
      const first = wrap[0] === 2 ? 8 : 7;
      const earlier = Uint8Array.from(wrap);
      earlier[first] = 2;
      expect(await opens(earlier, secret)).toBe('open_failed');
    }
  });
});

onEachBackEnd('A sealed wrap', () => {
  it('is refused with any byte flipped, cut or added', { timeout: 120_000 }, async () => {
    const secret = secrets.recovery;
    const wrap = await sealedFor(secret);
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
    const { password } = secrets;
    const wrap = await sealedFor(password);
    const fields = [uuidBytes(alice), be64(3), ...kdfFields(kdf)];

    const opened = await openBase(kemXWing, {
      recipientPrivateKey: password.privateKey,
      enc: wrap.slice(41, 1_161),
      info: frame('sotto/v2/vault-password-wrap', fields),
      aad: filled(0, 0),
      ciphertext: wrap.slice(1_161),
    });

    expect(opened).toEqual(vaultKey);
  });
});

describe('A sealed wrap', () => {
  it('does not open where it names another key than it is sealed to', async () => {
    const other = await passwordSecret(alice, kdf, 'other');
    const [wrap, forOther] = [await sealedFor(secrets.password), await sealedFor(other)];
    const withName = (name: Uint8Array, rest: Uint8Array) =>
      concatBytes(rest.slice(0, 9), name, rest.slice(41));
    const ours = await sha256(await publicKeyOf(secrets.password));
    const theirs = await sha256(await publicKeyOf(other));

    expect(await opens(withName(theirs, wrap), secrets.password)).toBe('open_failed');
    expect(await opens(withName(ours, forOther), secrets.password)).toBe('open_failed');
    expect(await opens(withName(ours, wrap), secrets.password)).toBe('accepted');
  });

  it('is not made for a refused public key', async () => {
    const { binding } = secrets.recovery;
    const make = (publicKey: Uint8Array) =>
      refusal(() => wrapFor({ binding, publicKey }, 1, vaultKey));

    expect(await make(filled(1_216, 255))).toBe('bad_key');
    expect(await make(filled(1_215, 1))).toBe('bad_key');
    const publicKey = await publicKeyOf(secrets.recovery);
    expect(await make(publicKey)).toBe('accepted');
  });

  it('is the same bytes for the same randomness', async () => {
    const make = () => sealedFor(secrets.recovery, 3, seededRandom(5));
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
    expect(password.privateKey).toEqual(
      derive(password.wrappingKey, 'sotto/v2/vault-password-private-key'),
    );
  });

  it('has a box that fails on its own for any change', async () => {
    const { recovery } = secrets;
    const wrap = await wrapWith(recovery, 1, vaultKey, seededRandom(3));
    const changed = (box: Uint8Array) => open(concatBytes(wrap.slice(0, 8), box), recovery);

    expect(await damageNotRefused(wrap.slice(8), changed)).toEqual([]);
  });
});
