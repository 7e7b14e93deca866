import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  damageNotRefused,
  filled,
  offsetView,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { forceBackEnd } from '../primitives/back-end.ts';
import { XWingPrivateKey, xWingEncapsulate } from '../primitives/x-wing.ts';
import { generateHybridKeyPair, type HybridKeyPair } from './hybrid-key-pair.ts';
import { parseHybridPublicKey } from './hybrid-public-key.ts';
import { openSigned, type OpenSignedInput } from './open-signed.ts';
import { sealMany, sealSigned, type SignedSeal } from './seal-signed.ts';
import { generateSealingKeyPair, type SealingKeyPair } from './sealing-key-pair.ts';

const seal = { purpose: 'chat-epoch-key', context: [uuidBytes(chat)], payload: filled(32, 9) };

let device: IdentityKeyPair;
let sealing: SealingKeyPair;
let hybrid: HybridKeyPair;
let other: HybridKeyPair;
let sealed: SignedSeal;
let opening: OpenSignedInput;

const sender = () => ({ userId: alice, deviceId: alicePhone, identitySeed: device.seed });
const recipient = () => ({ userId: bob, deviceId: bobLaptop, publicKey: sealing.publicKey });

beforeAll(async () => {
  device = await generateIdentityKeyPair({ random: seededRandom(1) });
  sealing = await generateSealingKeyPair({ random: seededRandom(2) });
  hybrid = await generateHybridKeyPair({ random: seededRandom(3) });
  other = await generateHybridKeyPair({ random: seededRandom(4) });
  sealed = await sealSigned({
    ...seal,
    sender: sender(),
    recipient: { ...recipient(), hybridKey: hybrid.publicKey },
  });
  opening = {
    ...seal,
    ...sealed,
    sender: { userId: alice, deviceId: alicePhone, identityKey: device.publicKey },
    recipient: { userId: bob, deviceId: bobLaptop, ...sealing, hybrid },
  };
});

onEachBackEnd('X-Wing', () => {
  it('is what noble composes itself, for the same seeds', async () => {
    for (let run = 0; run < 5; run++) {
      const random = seededRandom(100 + run);
      const [seed, randomness] = [random(32), random(64)];
      const theirs = ml_kem768_x25519.keygen(seed);
      const key = new XWingPrivateKey(seed);
      const publicKey = await key.publicKey();

      const made = await xWingEncapsulate(publicKey, randomness);
      const expected = ml_kem768_x25519.encapsulate(theirs.publicKey, randomness);

      expect(toHex(publicKey)).toBe(toHex(theirs.publicKey));
      expect(toHex(made.ciphertext)).toBe(toHex(expected.cipherText));
      expect(toHex(made.sharedSecret)).toBe(toHex(expected.sharedSecret));
      expect(await key.decapsulate(made.ciphertext)).toEqual(made.sharedSecret);
    }
  });

  it('gives another secret, or refuses, whatever part of the encapsulation changes', async () => {
    const key = new XWingPrivateKey(hybrid.privateKey);
    const made = await xWingEncapsulate(hybrid.publicKey, seededRandom(9)(64));
    for (const at of [0, 959, 1_087, 1_088, 1_119]) {
      const changed = Uint8Array.from(made.ciphertext);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await key.decapsulate(changed)).not.toEqual(made.sharedSecret);
    }
    expect(
      await refusal(() =>
        key.decapsulate(concatBytes(made.ciphertext.slice(0, 1_088), filled(32, 0))),
      ),
    ).toBe('bad_key');
    expect(await refusal(() => key.decapsulate(made.ciphertext.slice(1)))).toBe('bad_key');
  });
});

onEachBackEnd('A hybrid seal', () => {
  it('opens for its recipient, from offset views too', async () => {
    const moved = {
      ...opening,
      ephemeralPublicKey: offsetView(sealed.ephemeralPublicKey),
      ciphertext: offsetView(sealed.ciphertext),
    };

    expect(sealed.ephemeralPublicKey.length).toBe(1_120);
    expect(await openSigned(opening)).toEqual(seal.payload);
    expect(await openSigned(moved)).toEqual(seal.payload);
  });
});

describe('A hybrid seal', () => {
  it('does not open with any byte flipped, cut or added', { timeout: 120_000 }, async () => {
    expect(
      await damageNotRefused(sealed.ciphertext, (ciphertext) =>
        openSigned({ ...opening, ciphertext }),
      ),
    ).toEqual([]);
    for (let at = 0; at < sealed.ephemeralPublicKey.length; at++) {
      const changed = Uint8Array.from(sealed.ephemeralPublicKey);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const moved = { ...opening, ephemeralPublicKey: changed };
      expect([at, await refusal(() => openSigned(moved))]).toEqual([at, 'open_failed']);
    }
  });

  it('is what every recipient with a hybrid key gets, and nothing else opens there', async () => {
    const { hybrid: _, ...withoutHybrid } = opening.recipient;
    const suite1 = await sealSigned({ ...seal, sender: sender(), recipient: recipient() });

    expect(await openSigned({ ...opening, ...suite1, recipient: withoutHybrid })).toEqual(
      seal.payload,
    );
    expect(await refusal(() => openSigned({ ...opening, ...suite1 }))).toBe('open_failed');
    expect(await refusal(() => openSigned({ ...opening, recipient: withoutHybrid }))).toBe(
      'open_failed',
    );
    for (const wrong of [
      { ...opening.recipient, hybrid: other },
      { ...opening.recipient, hybrid: { ...hybrid, publicKey: other.publicKey } },
    ]) {
      expect(await refusal(() => openSigned({ ...opening, recipient: wrong }))).toBe('open_failed');
    }
  });

  it('goes out with the others in one batch, and a refused hybrid key is no reason for suite 1', async () => {
    const recipients = [
      recipient(),
      { ...recipient(), hybridKey: hybrid.publicKey },
      { ...recipient(), hybridKey: filled(1_216, 0xff) },
      { ...recipient(), hybridKey: filled(0, 0) },
    ];

    const outcomes = await sealMany({ ...seal, sender: sender(), recipients });

    expect(
      outcomes.map((outcome) =>
        'error' in outcome ? outcome.error.code : outcome.sealed.ephemeralPublicKey.length,
      ),
    ).toEqual([32, 1_120, 'bad_key', 'bad_key']);
  });
});

describe('Sealing to many without WebCrypto', () => {
  it('gives the thread back between recipients', async () => {
    forceBackEnd('noble');
    const recipients = Array.from({ length: 40 }, () => ({
      ...recipient(),
      hybridKey: hybrid.publicKey,
    }));
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns++;
      if (running) setImmediate(count);
    };
    count();

    const outcomes = await sealMany({ ...seal, sender: sender(), recipients });

    running = false;
    forceBackEnd(undefined);
    expect(outcomes.filter((outcome) => 'sealed' in outcome).length).toBe(40);
    expect(turns).toBeGreaterThanOrEqual(40);
  });
});

describe('A hybrid public key', () => {
  it('is refused unless both parts are canonical', async () => {
    const with12Bits = (value: number) => {
      const key = Uint8Array.from(hybrid.publicKey);
      key.set([value & 255, value >> 8], 0);
      return key;
    };
    const withU = (u: Uint8Array) => concatBytes(hybrid.publicKey.slice(0, 1_184), u);
    const wrong = {
      empty: filled(0, 0),
      short: hybrid.publicKey.slice(1),
      long: concatBytes(hybrid.publicKey, filled(1, 0)),
      'coefficient q': with12Bits(3_329),
      'coefficient 4095': with12Bits(4_095),
      'low-order point': withU(filled(32, 0)),
      'non-canonical point': withU(filled(32, 0xff)),
      'top bit set': withU(Uint8Array.of(9, ...filled(30, 0), 0x80)),
    };
    for (const [what, key] of Object.entries(wrong)) {
      expect([what, await refusal(() => parseHybridPublicKey(key))]).toEqual([what, 'bad_key']);
      const sealing1 = { ...seal, sender: sender(), recipient: { ...recipient(), hybridKey: key } };
      expect([what, await refusal(() => sealSigned(sealing1))]).toEqual([what, 'bad_key']);
    }
    expect(parseHybridPublicKey(offsetView(hybrid.publicKey))).toEqual(hybrid.publicKey);
    const text = 'a mistake' as unknown as Uint8Array;
    expect(() => parseHybridPublicKey(text)).toThrow('expected Uint8Array');
  });

  it('is refused by our modulus check exactly where ML-KEM itself refuses it', async () => {
    const noble = (key: Uint8Array) =>
      refusal(() => ml_kem768.encapsulate(key.slice(0, 1_184), filled(32, 1)));
    for (const value of [0, 3_328, 3_329, 4_095]) {
      for (const at of [0, 1, 1_149, 1_150]) {
        const key = Uint8Array.from(hybrid.publicKey);
        if (at % 3 === 0) key.set([value & 255, (value >> 8) | ((key[at + 1] ?? 0) & 0xf0)], at);
        else key.set([((value & 15) << 4) | ((key[at] ?? 0) & 15), value >> 4], at);
        const refused = (await noble(key)) !== 'accepted';
        expect([
          value,
          at,
          (await refusal(() => parseHybridPublicKey(key))) !== 'accepted',
        ]).toEqual([value, at, refused]);
      }
    }
  });
});
