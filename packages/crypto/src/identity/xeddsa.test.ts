import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  filled,
  offsetView,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { forceBackEnd } from '../primitives/back-end.ts';
import {
  groupOrder,
  littleEndian32,
  readLittleEndian,
  uFromEdwardsY,
} from '../primitives/curve25519.ts';
import { verifyEd25519 } from '../primitives/ed25519-verify.ts';
import type { RandomSource } from '../primitives/random.ts';
import { generateIdentityKeyPair, identityKeyPairFromSeed } from './identity-key-pair.ts';
import { isIdentityPublicKey, parseIdentityPublicKey } from './public-key.ts';
import { signLabelled } from './sign-labelled.ts';
import { signXEdDSA, xeddsaSignerFromScalar } from './sign-xeddsa.ts';
import { verifyLabelled } from './verify-labelled.ts';
import { verifyXEdDSA } from './verify-xeddsa.ts';

const fieldPrime = 2n ** 255n - 19n;
const identityKey = (u: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(5), u);

/** Low order on the curve or its twist, then the non-canonical spellings of small numbers. */
const refusedU = [
  ...ED25519_TORSION_SUBGROUP.map(fromHex)
    .filter((y) => readLittleEndian(y) !== 1n)
    .map(uFromEdwardsY),
  ...[0n, 1n, fieldPrime - 1n, fieldPrime, fieldPrime + 1n, fieldPrime + 9n, 2n ** 255n - 1n].map(
    littleEndian32,
  ),
  littleEndian32(9n + 2n ** 255n),
];

onEachBackEnd('XEdDSA', () => {
  it('verifies what it signs, for any seed and message, from offset views', async () => {
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(bytes32, fc.uint8Array({ maxLength: 400 }), async (seed, message) => {
        const { publicKey } = await identityKeyPairFromSeed(offsetView(seed));
        const signature = await signXEdDSA({
          seed: offsetView(seed),
          message: offsetView(message),
        });
        const signed = { publicKey, message, signature };
        expect(await verifyXEdDSA(signed)).toBe(true);
        expect(await verifyXEdDSA({ ...signed, signature: offsetView(signature) })).toBe(true);
        expect(await verifyXEdDSA({ ...signed, message: Uint8Array.of(...message, 1) })).toBe(
          false,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('refuses every flipped bit place of a signature and every other length', async () => {
    const { seed, publicKey } = await generateIdentityKeyPair();
    const message = utf8('message');
    const signature = await signXEdDSA({ seed, message });

    for (let i = 0; i < 64; i++) {
      const changed = Uint8Array.from(signature);
      changed[i] = (changed[i] ?? 0) ^ (1 << (i % 8));
      expect(await verifyXEdDSA({ publicKey, message, signature: changed })).toBe(false);
    }
    for (const length of [0, 1, 63, 65, 128]) {
      expect(await verifyXEdDSA({ publicKey, message, signature: filled(length, 1) })).toBe(false);
    }
  });

  it('refuses s + L, which a lax verifier takes for s', async () => {
    const { seed, publicKey } = await generateIdentityKeyPair({ random: seededRandom(3) });
    const message = utf8('malleable');
    const signature = await signXEdDSA({ seed, message });
    const sign = (signature[63] ?? 0) & 0x80;
    const plain = Uint8Array.from(signature.subarray(32));
    plain[31] = (plain[31] ?? 0) & 0x7f;

    const raised = littleEndian32(readLittleEndian(plain) + groupOrder);
    raised[31] = (raised[31] ?? 0) | sign;
    const forged = concatBytes(signature.subarray(0, 32), raised);

    expect(await verifyXEdDSA({ publicKey, message, signature: forged })).toBe(false);
  });

  it('refuses low-order and non-canonical keys, even for forgeries that fit them', async () => {
    for (const u of refusedU) {
      for (const signature of [filled(64, 0), concatBytes(littleEndian32(1n), filled(32, 0))]) {
        for (const message of [utf8('a'), utf8('b'), utf8('c'), utf8('d')]) {
          expect(await verifyXEdDSA({ publicKey: identityKey(u), message, signature })).toBe(false);
        }
      }
    }
  });
});

onEachBackEnd('A verifier', () => {
  it('knows a key by its one encoding, even where the signature is genuine', async () => {
    // The base point, u = 9, is the only key with a known scalar that has other spellings.
    const base = fromHex(`58${'66'.repeat(31)}`);
    const message = utf8('message');
    const signature = await xeddsaSignerFromScalar(littleEndian32(1n), base)(message);
    const verify = (u: bigint, type = 5) =>
      verifyXEdDSA({
        publicKey: concatBytes(Uint8Array.of(type), littleEndian32(u)),
        message,
        signature,
      });

    expect(await verify(9n)).toBe(true);
    expect(await verify(9n + fieldPrime)).toBe(false);
    expect(await verify(9n + 2n ** 255n)).toBe(false);
    expect(await verify(9n, 6)).toBe(false);
  });

  it('refuses every small-order Ed25519 key, under which anyone could sign', async () => {
    const identity = littleEndian32(1n);
    for (const key of ED25519_TORSION_SUBGROUP.map(fromHex)) {
      for (const letter of 'abcdefgh') {
        const signature = concatBytes(identity, filled(32, 0));
        const signed = { publicKey: key, message: utf8(letter), signature };
        expect(await verifyEd25519(signed)).toBe(false);
      }
    }
  });
});

describe('identity keys', () => {
  it('sign the same bytes on both back ends when the randomness is the same', async () => {
    const sign = async (backEnd: 'webcrypto' | 'noble') => {
      forceBackEnd(backEnd);
      const { seed, publicKey } = await generateIdentityKeyPair({ random: seededRandom(9) });
      const signature = await signXEdDSA({ seed, message: utf8('m'), random: seededRandom(10) });
      forceBackEnd(undefined);
      return toHex(concatBytes(publicKey, signature));
    };

    expect(await sign('webcrypto')).toBe(await sign('noble'));
  });

  it('sign differently each time where the nonce is drawn: on noble, and from a source handed in', async () => {
    const { seed } = await generateIdentityKeyPair();
    const random = seededRandom(11);
    const nonceOf = async (source?: RandomSource): Promise<string> => {
      const input = { seed, message: utf8('m') };
      const signature = await signXEdDSA(source ? { ...input, random: source } : input);
      return toHex(signature.subarray(0, 32));
    };

    expect(await nonceOf(random)).not.toBe(await nonceOf(random));
    forceBackEnd('noble');
    const [one, two] = [await nonceOf(), await nonceOf()];
    forceBackEnd(undefined);
    expect(one).not.toBe(two);
  });

  it('are refused with the top bit set, whatever point the number then stands for', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { publicKey } = await generateIdentityKeyPair({ random: seededRandom(seed) });
      expect(isIdentityPublicKey(publicKey)).toBe(true);
      publicKey[32] = (publicKey[32] ?? 0) | 0x80;
      expect(isIdentityPublicKey(publicKey)).toBe(false);
      expect(await refusal(() => parseIdentityPublicKey(publicKey))).toBe('bad_key');
    }
  });

  it('are refused at import when low-order, non-canonical, of the twist, or misshapen', async () => {
    const { publicKey } = await generateIdentityKeyPair();
    expect(parseIdentityPublicKey(offsetView(publicKey))).toEqual(publicKey);
    const twist = littleEndian32(2n);
    for (const key of [
      ...refusedU.map(identityKey),
      identityKey(twist),
      publicKey.subarray(1),
      publicKey.subarray(0, 32),
      concatBytes(publicKey, filled(1, 0)),
      concatBytes(filled(1, 8), publicKey.subarray(1)),
      filled(0, 0),
    ]) {
      expect([toHex(key), await refusal(() => parseIdentityPublicKey(key))]).toEqual([
        toHex(key),
        'bad_key',
      ]);
    }
  });
});

describe('labelled signatures', () => {
  it('verify for their label and fields alone', async () => {
    const { seed, publicKey } = await generateIdentityKeyPair();
    const fields = [uuidBytes(alice), utf8('x')];
    const signature = await signLabelled({ seed, label: 'device-proof', fields });
    const verify = (label: string, others: Uint8Array[]) =>
      verifyLabelled({ publicKey, label, fields: others, signature });

    expect(await verify('device-proof', fields)).toBe(true);
    expect(await verify('device-proof2', fields)).toBe(false);
    expect(await verify('device-proof', [uuidBytes(bob), utf8('x')])).toBe(false);
    expect(await verify('device-proof', [concatBytes(...fields)])).toBe(false);
    expect(await verify('device-proof', [...fields, filled(0, 0)])).toBe(false);
    expect(await verify('device-proof', [])).toBe(false);
  });

  it('take printable labels only', async () => {
    const { seed } = await generateIdentityKeyPair();
    for (const label of ['', 'a b', 'ä', 'x'.repeat(256), 'a\u0000']) {
      expect(await refusal(() => signLabelled({ seed, label, fields: [] }))).toBe('RangeError');
    }
  });
});
