/** Project Wycheproof's ML-KEM through our halves of 768 and our Kyber1024. They have one back end: noble. */
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/encoding/bytes.ts';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { kyber1024Decapsulate, kyber1024KeyPair } from '../../src/primitives/ml-kem-1024.ts';
import {
  mlKem768Bytes,
  mlKem768Decapsulate,
  mlKem768KeyPair,
} from '../../src/primitives/ml-kem-768-halves.ts';
import { refusal } from '../building/builders.ts';
import mlKem1024 from '../vectors/wycheproof/mlkem_1024_test.json' with { type: 'json' };
import keys1024 from '../vectors/wycheproof/mlkem_1024_semi_expanded_decaps_test.json' with { type: 'json' };
import mlKem768 from '../vectors/wycheproof/mlkem_768_test.json' with { type: 'json' };

interface Vector {
  tcId: number;
  seed: string;
  ek?: string;
  c: string;
  K: string;
  result: string;
}

interface StoredKey {
  tcId: number;
  dk: string;
  c: string;
  K?: string;
  flags: string[];
  result: string;
}

/** The vectors whose outcome is not the expected one; a refused length is `RangeError`. */
async function surprises(
  tests: readonly Vector[],
  run: (test: Vector) => { ek: string; secret: string; expected: string },
): Promise<number[]> {
  const wrong: number[] = [];
  for (const test of tests) {
    const got = await refusal(() => {
      const { ek, secret, expected } = run(test);
      if (ek !== test.ek || secret !== expected) throw new Error('another answer');
    });
    if (got !== (test.result === 'valid' ? 'accepted' : 'RangeError')) wrong.push(test.tcId);
  }
  return wrong;
}

/** Round 3's secret of a ciphertext from FIPS 203's. */
const roundThree = (secret: string, ciphertext: Uint8Array): string =>
  toHex(shake256(concatBytes(fromHex(secret), sha3_256(ciphertext)), { dkLen: 32 }));

/** Registers every vector once. */
export function mlKem(): void {
  describe('Wycheproof ML-KEM', () => {
    it('768: key pairs and secrets, implicit rejection among them', async () => {
      const tests = mlKem768.testGroups.flatMap((group): Vector[] => group.tests);
      const wrong = await surprises(tests, (test) => {
        const [seed, c] = [fromHex(test.seed), fromHex(test.c)];
        const { header, vector } = mlKem768KeyPair(seed);
        const first = c.subarray(0, mlKem768Bytes.first);
        const second = c.subarray(mlKem768Bytes.first);
        const ek = toHex(concatBytes(vector, header.subarray(0, 32)));
        const secret = toHex(mlKem768Decapsulate(seed, first, second));
        return { ek, secret, expected: test.K };
      });
      expect(wrong).toEqual([]);
      expect(tests.length).toBeGreaterThan(150);
    });

    it('1024: key pairs, and secrets finished as in round 3', async () => {
      const tests = mlKem1024.testGroups.flatMap((group): Vector[] => group.tests);
      const wrong = await surprises(tests, (test) => {
        const { publicKey, secretKey } = kyber1024KeyPair(fromHex(test.seed));
        const c = fromHex(test.c);
        const secret = toHex(kyber1024Decapsulate(c, secretKey));
        return { ek: toHex(publicKey), secret, expected: roundThree(test.K, c) };
      });
      expect(wrong).toEqual([]);
      expect(tests.length).toBeGreaterThan(150);
    });

    it('1024: takes stored secret keys that are whole and belong together, refuses others', async () => {
      const wrong: number[] = [];
      for (const test of keys1024.testGroups.flatMap((group): StoredKey[] => group.tests)) {
        const c = fromHex(test.c);
        let secret = '';
        const got = await refusal(() => {
          secret = toHex(kyber1024Decapsulate(c, fromHex(test.dk)));
        });
        const refused = test.flags.includes('InvalidDecapsulationKey') ? 'bad_key' : 'RangeError';
        if (got !== (test.result === 'valid' ? 'accepted' : refused)) wrong.push(test.tcId);
        if (test.result === 'valid' && secret !== roundThree(test.K ?? '', c))
          wrong.push(test.tcId);
      }
      expect(wrong).toEqual([]);
    });
  });
}
