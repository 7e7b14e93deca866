import { beforeAll, describe, expect, it } from 'vitest';
import { filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { fromHex } from '../encoding/hex.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { signXEdDSA } from '../identity/sign-xeddsa.ts';
import { verifyXEdDSA } from '../identity/verify-xeddsa.ts';
import { agree, assertTorsionFree, generateAgreementKeyPair } from './agreement-key-pair.ts';
import { verifyPreKeyBundle, type PreKeyBundle } from './pre-key-bundle.ts';
import { generateKyberPreKey, generatePreKeys, generateSignedPreKey } from './pre-key-records.ts';

const maximumId = 0xffff_ffff;
let identity: IdentityKeyPair;
let bundle: PreKeyBundle;

beforeAll(async () => {
  identity = await generateIdentityKeyPair({ random: seededRandom(1) });
  const making = { id: maximumId, identitySeed: identity.seed };
  const signed = await generateSignedPreKey(making);
  const kyber = await generateKyberPreKey({ ...making, lastResort: true });
  const [preKey] = await generatePreKeys({ startId: 7, count: 1 });
  if (!preKey) throw new Error('no prekey');
  bundle = {
    registrationId: maximumId,
    identityKey: identity.publicKey,
    preKey: { id: preKey.id, publicKey: preKey.keyPair.publicKey },
    signedPreKey: { ...signed, publicKey: signed.keyPair.publicKey },
    kyberPreKey: { ...kyber, publicKey: kyber.keyPair.publicKey },
  };
});

describe('Prekeys', () => {
  it('are numbered from their start and drawn from the randomness they are given', async () => {
    const make = () => generatePreKeys({ startId: 5, count: 3, random: seededRandom(2) });

    const made = await make();

    expect(made.map(({ id }) => id)).toEqual([5, 6, 7]);
    expect(await make()).toEqual(made);
    expect(await generatePreKeys({ startId: maximumId - 1, count: 1 })).toHaveLength(1);
    const last = { startId: maximumId, count: 1 };
    expect(await refusal(() => generatePreKeys(last))).toBe('RangeError');
    expect(await generatePreKeys({ startId: 0, count: 0 })).toEqual([]);
  });

  it('are signed over what is published, and drawn from the randomness they are given', async () => {
    const input = () => ({ id: 3, identitySeed: identity.seed, random: seededRandom(4) });
    const signed = await generateSignedPreKey(input());
    const kyber = await generateKyberPreKey({ ...input(), lastResort: false });

    expect(await generateSignedPreKey(input())).toEqual(signed);
    expect(await generateKyberPreKey({ ...input(), lastResort: false })).toEqual(kyber);
    expect([signed.id, kyber.id, kyber.lastResort]).toEqual([3, 3, false]);
    for (const { keyPair, signature } of [signed, kyber]) {
      const { publicKey } = identity;
      expect(await verifyXEdDSA({ publicKey, message: keyPair.publicKey, signature })).toBe(true);
    }
  });
});

describe('A bundle', () => {
  it('is accepted with the highest ids, with and without a one-time prekey', async () => {
    const { preKey: _, ...without } = bundle;

    expect(await refusal(() => verifyPreKeyBundle(bundle))).toBe('accepted');
    expect(await refusal(() => verifyPreKeyBundle(without))).toBe('accepted');
  });

  it('is refused for its keys, though its identity signed them', async () => {
    const twist = concatBytes(filled(1, 5), Uint8Array.of(2), filled(31, 0));
    const signature = await signXEdDSA({ seed: identity.seed, message: twist });
    const { kyberPreKey } = bundle;
    const short = kyberPreKey.publicKey.subarray(0, -1);
    const shortSignature = await signXEdDSA({ seed: identity.seed, message: short });
    const refused: Partial<PreKeyBundle>[] = [
      { signedPreKey: { id: 1, publicKey: twist, signature } },
      { preKey: { id: 1, publicKey: twist } },
      { kyberPreKey: { id: 1, publicKey: short, signature: shortSignature } },
      { identityKey: twist },
    ];
    for (const part of refused)
      expect(await refusal(() => verifyPreKeyBundle({ ...bundle, ...part }))).toBe('bad_key');
  });

  it('is refused unless both prekeys are signed', async () => {
    const { signedPreKey, kyberPreKey } = bundle;
    const refused: Partial<PreKeyBundle>[] = [
      { signedPreKey: { ...signedPreKey, signature: kyberPreKey.signature } },
      { kyberPreKey: { ...kyberPreKey, signature: signedPreKey.signature } },
    ];
    for (const part of refused)
      expect(await refusal(() => verifyPreKeyBundle({ ...bundle, ...part }))).toBe('bad_signature');
  });
});

describe('An agreement', () => {
  it('is one secret from both sides, and with refused keys none', async () => {
    const [one, two] = [
      await generateAgreementKeyPair(seededRandom(5)),
      await generateAgreementKeyPair(seededRandom(6)),
    ];
    const zero = fromHex(`05${'00'.repeat(32)}`);

    expect(await agree(one, two.publicKey)).toEqual(await agree(two, one.publicKey));
    expect(await generateAgreementKeyPair(seededRandom(5))).toEqual(one);
    for (const peer of [zero, two.publicKey.subarray(1), filled(33, 6)])
      expect(await refusal(() => agree(one, peer))).toBe('bad_key');
    expect(await refusal(() => assertTorsionFree(one.publicKey))).toBe('accepted');
    expect(await refusal(() => assertTorsionFree(one.publicKey.subarray(1)))).toBe('bad_key');
  });
});
