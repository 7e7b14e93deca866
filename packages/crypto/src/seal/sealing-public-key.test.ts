import { beforeAll, describe, expect, it } from 'vitest';
import { filled, offsetView, refusal, seededRandom } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { littleEndian32 } from '../primitives/curve25519.ts';
import { X25519PrivateKey } from '../primitives/x25519.ts';
import { generateHybridKeyPair, hybridKeyPairFromPrivateKey } from './hybrid-key-pair.ts';
import { parseHybridPublicKey } from './hybrid-public-key.ts';
import {
  generateSealingKeyPair,
  sealingKeyPairFromPrivateKey,
  type SealingKeyPair,
} from './sealing-key-pair.ts';
import { parseSealingPublicKey } from './sealing-public-key.ts';

const fieldPrime = 2n ** 255n - 19n;
let keys: SealingKeyPair;

beforeAll(async () => {
  keys = await generateSealingKeyPair({ random: seededRandom(1) });
});

/** Other spellings of points, and points of low order. */
const refused = (publicKey: Uint8Array): Record<string, Uint8Array> => ({
  'the top bit set': publicKey.map((byte, i) => (i === 31 ? byte | 0x80 : byte)),
  'the top bit set, of a small number': littleEndian32(9n + 2n ** 255n),
  'p + 9': littleEndian32(fieldPrime + 9n),
  p: littleEndian32(fieldPrime),
  zero: littleEndian32(0n),
  one: littleEndian32(1n),
  'p − 1': littleEndian32(fieldPrime - 1n),
});

describe('A sealing public key', () => {
  it('is taken in as a copy, in its one spelling', async () => {
    const { publicKey } = keys;
    const parsed = parseSealingPublicKey(offsetView(publicKey));

    expect(parsed).toEqual(publicKey);
    expect(parsed).not.toBe(publicKey);
    const lengths = [filled(0, 0), publicKey.subarray(1), concatBytes(publicKey, filled(1, 0))];
    for (const bytes of [...lengths, ...Object.values(refused(publicKey))])
      expect(await refusal(() => parseSealingPublicKey(bytes))).toBe('bad_key');
    expect(() => parseSealingPublicKey([...publicKey] as unknown as Uint8Array)).toThrow(TypeError);
  });

  it('agrees with nobody in another spelling', async () => {
    const own = new X25519PrivateKey(filled(32, 1));
    for (const [what, bytes] of Object.entries(refused(keys.publicKey)))
      expect([what, await refusal(() => own.agree(bytes))]).toEqual([what, 'bad_key']);
  });

  it('is refused in the other spellings as part of a hybrid key', async () => {
    const { publicKey } = await generateHybridKeyPair({ random: seededRandom(2) });
    const mlKem = publicKey.subarray(0, 1_184);

    expect(parseHybridPublicKey(publicKey)).toEqual(publicKey);
    for (const [what, bytes] of Object.entries(refused(publicKey.slice(1_184)))) {
      const key = concatBytes(mlKem, bytes);
      expect([what, await refusal(() => parseHybridPublicKey(key))]).toEqual([what, 'bad_key']);
    }
  });
});

describe('Sealing keys', () => {
  it('follow from the randomness that is handed in, and from the kept private key', async () => {
    const hybrid = await generateHybridKeyPair({ random: seededRandom(3) });

    expect(await generateSealingKeyPair({ random: seededRandom(1) })).toEqual(keys);
    expect(keys.privateKey).toEqual(seededRandom(1)(32));
    expect(await sealingKeyPairFromPrivateKey(keys.privateKey)).toEqual(keys);
    expect(await generateHybridKeyPair({ random: seededRandom(3) })).toEqual(hybrid);
    expect(await hybridKeyPairFromPrivateKey(hybrid.privateKey)).toEqual(hybrid);
    expect((await generateSealingKeyPair()).privateKey).not.toEqual(keys.privateKey);
    expect((await generateHybridKeyPair()).privateKey).not.toEqual(hybrid.privateKey);
    expect(await refusal(() => sealingKeyPairFromPrivateKey(filled(31, 1)))).toBe('RangeError');
    expect(await refusal(() => hybridKeyPairFromPrivateKey(filled(33, 1)))).toBe('RangeError');
  });
});
