import { describe, expect, it } from 'vitest';
import { concatBytes } from '../encoding/bytes.ts';
import { filled, offsetView, refusal, seededRandom } from '../../test/building/builders.ts';
import {
  generateKyberKeyPair,
  kyber1024WireBytes,
  kyberDecapsulate,
  kyberEncapsulate,
} from './kyber-1024.ts';

const { publicKey, secretKey } = generateKyberKeyPair(seededRandom(1));
const { ciphertext, sharedSecret } = kyberEncapsulate(publicKey, seededRandom(2));

describe('Kyber1024 as it travels', () => {
  it('carries its type byte and gives both sides one secret', () => {
    expect([publicKey.length, ciphertext.length, sharedSecret.length]).toEqual([1_569, 1_569, 32]);
    expect([publicKey[0], ciphertext[0]]).toEqual([0x08, 0x08]);
    expect(kyber1024WireBytes).toBe(1_569);
    expect(kyberDecapsulate(offsetView(ciphertext), secretKey)).toEqual(sharedSecret);
  });

  it('is bad_key with another length or type byte', async () => {
    for (const bytes of [publicKey, ciphertext]) {
      const wrong = {
        empty: filled(0, 0),
        'without its type': bytes.subarray(1),
        'another type': concatBytes(filled(1, 0x0a), bytes.subarray(1)),
        short: bytes.subarray(0, -1),
        long: concatBytes(bytes, filled(1, 0)),
      };
      for (const [what, copy] of Object.entries(wrong)) {
        const sealed = await refusal(() => kyberEncapsulate(copy, seededRandom(2)));
        const opened = await refusal(() => kyberDecapsulate(copy, secretKey));
        expect([what, sealed, opened]).toEqual([what, 'bad_key', 'bad_key']);
      }
    }
  });
});
