/** XEdDSA signatures that WebCrypto makes, judged by noble and against RFC 8032. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { afterEach, describe, expect, it } from 'vitest';
import { filled, seededRandom } from '../../test/building/builders.ts';
import { toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { forceBackEnd } from '../primitives/back-end.ts';
import { systemRandom } from '../primitives/random.ts';
import { identityKeyPairFromSeed } from './identity-key-pair.ts';
import { signXEdDSA } from './sign-xeddsa.ts';
import { verifyXEdDSA } from './verify-xeddsa.ts';

afterEach(() => forceBackEnd(undefined));

const messages = ['', 'a', 'the same message', 'x'.repeat(5_000)].map(utf8);

async function signedNatively(seed: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  forceBackEnd('webcrypto');
  const signature = await signXEdDSA({ seed, message });
  forceBackEnd('noble');
  return signature;
}

describe('A signature made by WebCrypto', () => {
  it('verifies on noble, for Edwards keys of either sign', async () => {
    const signs = new Set<number>();
    for (let n = 0; n < 12; n++) {
      const seed = filled(32, n);
      const { publicKey } = await identityKeyPairFromSeed(seed);
      for (const message of messages) {
        const signature = await signedNatively(seed, message);
        signs.add((signature[63] ?? 0) & 0x80);
        expect(await verifyXEdDSA({ publicKey, message, signature })).toBe(true);
        const other = Uint8Array.of(...message, 0);
        expect(await verifyXEdDSA({ publicKey, message: other, signature })).toBe(false);
      }
    }

    expect(signs.size).toBe(2);
  });

  it('is RFC 8032\u2019s, but for the sign of the key in its top bit', async () => {
    for (let n = 0; n < 6; n++) {
      const seed = filled(32, 100 + n);
      const expected = ed25519.sign(utf8('message'), seed);
      expected[63] = (expected[63] ?? 0) | ((ed25519.getPublicKey(seed)[31] ?? 0) & 0x80);

      expect(toHex(await signedNatively(seed, utf8('message')))).toBe(toHex(expected));
    }
  });

  it('is made for the system\u2019s randomness alone; any other source is drawn from', async () => {
    const input = { seed: filled(32, 7), message: utf8('m') };
    const drawn: number[] = [];
    const counted = (length: number): Uint8Array => {
      drawn.push(length);
      return seededRandom(1)(length);
    };
    const native = toHex(await signXEdDSA(input));

    expect(toHex(await signXEdDSA({ ...input, random: systemRandom }))).toBe(native);
    expect(toHex(await signXEdDSA({ ...input, random: counted }))).not.toBe(native);
    expect(drawn).toEqual([64]);
  });

  it('is of the seed that is in the array now, not of one that was there before', async () => {
    const seed = filled(32, 1);
    const message = utf8('m');
    await signXEdDSA({ seed, message });
    seed.fill(2);

    const signature = await signXEdDSA({ seed, message });

    const { publicKey: first } = await identityKeyPairFromSeed(filled(32, 1));
    const { publicKey: second } = await identityKeyPairFromSeed(filled(32, 2));
    expect(await verifyXEdDSA({ publicKey: first, message, signature })).toBe(false);
    expect(await verifyXEdDSA({ publicKey: second, message, signature })).toBe(true);
  });

  it('is judged by the key that is in the array now', async () => {
    const message = utf8('m');
    const signature = await signXEdDSA({ seed: filled(32, 1), message });
    const { publicKey } = await identityKeyPairFromSeed(filled(32, 1));
    const { publicKey: other } = await identityKeyPairFromSeed(filled(32, 2));
    expect(await verifyXEdDSA({ publicKey, message, signature })).toBe(true);

    publicKey.set(other);

    expect(await verifyXEdDSA({ publicKey, message, signature })).toBe(false);
  });
});
