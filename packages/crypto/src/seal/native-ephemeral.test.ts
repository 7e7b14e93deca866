/** Seals whose ephemeral key WebCrypto drew, opened on noble; and keys held from one call to the next. */
import { afterEach, describe, expect, it } from 'vitest';
import { filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { toHex } from '../encoding/hex.ts';
import { forceBackEnd } from '../primitives/back-end.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { sealBase, openBase } from './hpke-base.ts';
import { kemX25519, kemXWing, type HpkeKem } from './hpke-kem.ts';
import { generateHybridKeyPair } from './hybrid-key-pair.ts';
import { generateSealingKeyPair, sealingKeyPairFromPrivateKey } from './sealing-key-pair.ts';

afterEach(() => forceBackEnd(undefined));

const place = { info: filled(20, 1), aad: filled(9, 2) };
const plaintext = filled(32, 3);
const kems: [string, HpkeKem, () => Promise<{ privateKey: Uint8Array; publicKey: Uint8Array }>][] =
  [
    ['X25519', kemX25519, generateSealingKeyPair],
    ['X-Wing', kemXWing, generateHybridKeyPair],
  ];

describe.each(kems)('A seal with %s', (_name, kem, generate) => {
  const seal = (recipientPublicKey: Uint8Array, random?: RandomSource) =>
    sealBase(kem, { recipientPublicKey, plaintext, random, ...place });

  it('made on either back end opens on either', async () => {
    for (const sealing of ['webcrypto', 'noble'] as const) {
      for (const opening of ['webcrypto', 'noble'] as const) {
        forceBackEnd(sealing);
        const keys = await generate();
        const sealed = await seal(keys.publicKey);
        forceBackEnd(opening);
        const opened = await openBase(kem, {
          recipientPrivateKey: keys.privateKey,
          recipientPublicKey: keys.publicKey,
          ...sealed,
          ...place,
        });
        expect(toHex(opened)).toBe(toHex(plaintext));
      }
    }
  });

  it('has a fresh ephemeral key each time, and the same only from the same source handed in', async () => {
    const { publicKey } = await generate();
    const encOf = async (random?: RandomSource) => toHex((await seal(publicKey, random)).enc);

    const fresh = await Promise.all([encOf(), encOf(), encOf(systemRandom), encOf(systemRandom)]);
    expect(new Set(fresh).size).toBe(4);
    expect(await encOf(seededRandom(5))).toBe(await encOf(seededRandom(5)));
  });

  it('is refused to keys of low order and not canonical, held or not', async () => {
    const { publicKey } = await generate();
    await seal(publicKey);
    for (const u of [filled(32, 0), filled(32, 0xff)]) {
      publicKey.set(u, publicKey.length - 32);
      expect(await refusal(() => seal(publicKey))).toBe('bad_key');
      expect(await refusal(() => seal(publicKey))).toBe('bad_key');
    }
  });
});

describe('A key that is held', () => {
  it('follows its array: another key in the same array is another key', async () => {
    const [first, second] = [await generateSealingKeyPair(), await generateSealingKeyPair()];
    const [privateKey, publicKey] = [
      Uint8Array.from(first.privateKey),
      Uint8Array.from(first.publicKey),
    ];
    const sealTo = (recipientPublicKey: Uint8Array) =>
      sealBase(kemX25519, { recipientPublicKey, plaintext, ...place });
    const open = (sealed: { enc: Uint8Array; ciphertext: Uint8Array }) =>
      openBase(kemX25519, {
        recipientPrivateKey: privateKey,
        recipientPublicKey: publicKey,
        ...sealed,
        ...place,
      });
    const toFirst = await sealTo(publicKey);
    expect(toHex(await open(toFirst))).toBe(toHex(plaintext));

    privateKey.set(second.privateKey);
    publicKey.set(second.publicKey);

    expect(await refusal(() => open(toFirst))).toBe('open_failed');
    expect(toHex(await open(await sealTo(publicKey)))).toBe(toHex(plaintext));
  });

  it('is not spoilt by a call with a wrong public key beside it', async () => {
    const { privateKey, publicKey } = await generateSealingKeyPair();
    const sealed = await sealBase(kemX25519, {
      recipientPublicKey: publicKey,
      plaintext,
      ...place,
    });
    const open = (recipientPublicKey?: Uint8Array) =>
      openBase(kemX25519, {
        recipientPrivateKey: privateKey,
        recipientPublicKey,
        ...sealed,
        ...place,
      });
    const { publicKey: other } = await generateSealingKeyPair();

    expect(await refusal(() => open(other))).toBe('open_failed');
    expect(toHex(await open(publicKey))).toBe(toHex(plaintext));
    expect(toHex(await open())).toBe(toHex(plaintext));
    expect(await refusal(() => open(other))).toBe('open_failed');
  });

  it('drawn by WebCrypto has the public key that noble derives, and can be kept as bytes', async () => {
    forceBackEnd('webcrypto');
    const made = await generateSealingKeyPair();
    for (const backEnd of ['noble', 'webcrypto'] as const) {
      forceBackEnd(backEnd);
      const kept = await sealingKeyPairFromPrivateKey(made.privateKey);
      expect(toHex(kept.publicKey)).toBe(toHex(made.publicKey));
    }
  });
});
