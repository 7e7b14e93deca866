import { ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, it } from 'vitest';
import { refusal, seededRandom } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { kyber1024Decapsulate, kyber1024Encapsulate, kyber1024KeyPair } from './ml-kem-1024.ts';
import {
  mlKem768Decapsulate,
  mlKem768EncapsulateFirst,
  mlKem768EncapsulateSecond,
  mlKem768KeyPair,
  mlKem768VectorMatches,
} from './ml-kem-768-halves.ts';

describe('ML-KEM-768 in two halves', () => {
  it('makes exactly the whole encapsulation', () => {
    const random = seededRandom(768);
    for (let i = 0; i < 20; i++) {
      const seed = random(64);
      const m = random(32);
      const whole = ml_kem768.encapsulate(ml_kem768.keygen(seed).publicKey, m);

      const { header, vector } = mlKem768KeyPair(seed);
      const { first, sharedSecret } = mlKem768EncapsulateFirst(header, m);
      const second = mlKem768EncapsulateSecond(header, vector, m);

      expect(toHex(concatBytes(first, second))).toBe(toHex(whole.cipherText));
      expect(toHex(sharedSecret)).toBe(toHex(whole.sharedSecret));
      expect(toHex(mlKem768Decapsulate(seed, first, second))).toBe(toHex(sharedSecret));
    }
  });

  it('takes no vector but the one that the header names', async () => {
    const random = seededRandom(1);
    const { header, vector } = mlKem768KeyPair(random(64));
    const other = mlKem768KeyPair(random(64));
    expect(mlKem768VectorMatches(header, vector)).toBe(true);
    expect(mlKem768VectorMatches(header, other.vector)).toBe(false);
    const swapped = (): Uint8Array => mlKem768EncapsulateSecond(header, other.vector, random(32));
    expect(await refusal(swapped)).toBe('bad_key');
  });
});

describe('Kyber1024 of round 3', () => {
  it('gives both sides one secret, another for another ciphertext, and not FIPS 203’s', () => {
    const random = seededRandom(1024);
    const { publicKey, secretKey } = kyber1024KeyPair(random(64));
    const { ciphertext, sharedSecret } = kyber1024Encapsulate(publicKey, random(32));
    expect(toHex(kyber1024Decapsulate(ciphertext, secretKey))).toBe(toHex(sharedSecret));
    expect(toHex(ml_kem1024.decapsulate(ciphertext, secretKey))).not.toBe(toHex(sharedSecret));
    ciphertext[9] = (ciphertext[9] ?? 0) ^ 1;
    expect(toHex(kyber1024Decapsulate(ciphertext, secretKey))).not.toBe(toHex(sharedSecret));
  });

  it('refuses keys that are not reduced', async () => {
    const random = seededRandom(3);
    const key = new Uint8Array(1_568).fill(0xff);
    expect(await refusal(() => kyber1024Encapsulate(key, random(32)))).toBe('bad_key');
    const secret = new Uint8Array(3_168);
    expect(await refusal(() => kyber1024Decapsulate(new Uint8Array(1_568), secret))).toBe(
      'bad_key',
    );
  });
});
