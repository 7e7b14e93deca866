/** Wrong types and lengths, and views of larger buffers, at every door of the sessions. */
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import {
  generateKyberPreKey,
  generatePreKeys,
  generateSignedPreKey,
  identityAgreementKeyPair,
  parsePreKeySignalMessage,
  parseSignalMessage,
  SessionBuilder,
  SessionCipher,
  type PreKeyBundle,
} from '../../src/index.ts';
import { filled, offsetView, refusal, seededRandom } from '../building/builders.ts';
import { bundleOf, cipherBetween, pair } from './devices.ts';

/** Every leaf of a bundle replaced in turn. */
function* withLeaf(bundle: PreKeyBundle, leaf: unknown): Generator<[string, PreKeyBundle]> {
  const tree = bundle as unknown as Record<string, Record<string, unknown>>;
  for (const [name, part] of Object.entries(tree)) {
    if (typeof part === 'number' || part instanceof Uint8Array) {
      yield [name, { ...bundle, [name]: leaf }];
      continue;
    }
    for (const key of Object.keys(part)) {
      yield [`${name}.${key}`, { ...bundle, [name]: { ...part, [key]: leaf } }];
    }
  }
}

describe('processPreKeyBundle', () => {
  it('throws TypeError for every part of another type', async () => {
    const random = seededRandom(81);
    const { alice, bob } = await pair(random);
    const builder = new SessionBuilder({
      remoteAddress: bob.address,
      stores: alice.stores,
      random,
    });
    const bundle = await bundleOf(bob);
    for (const leaf of [undefined, null, 'text', {}, new ArrayBuffer(33)]) {
      for (const [what, bad] of withLeaf(bundle, leaf)) {
        const got = await refusal(() => builder.processPreKeyBundle(bad));
        expect([what, got]).toEqual([what, 'TypeError']);
      }
    }
  });

  it('refuses wrong lengths by code and wrong numbers as a bug', async () => {
    const random = seededRandom(82);
    const { alice, bob } = await pair(random);
    const builder = new SessionBuilder({
      remoteAddress: bob.address,
      stores: alice.stores,
      random,
    });
    const bundle = await bundleOf(bob);
    for (const [what, bad] of withLeaf(bundle, filled(32, 5))) {
      if (/id$/i.test(what)) continue;
      const got = await refusal(() => builder.processPreKeyBundle(bad));
      const expected = what.endsWith('signature') ? 'bad_signature' : 'bad_key';
      expect([what, got]).toEqual([what, expected]);
    }
    for (const number of [-1, 0.5, 2 ** 32, Number.NaN]) {
      for (const [what, bad] of withLeaf(bundle, number)) {
        if (!/id$/i.test(what)) continue;
        const got = await refusal(() => builder.processPreKeyBundle(bad));
        expect([what, got]).toEqual([what, 'RangeError']);
      }
    }
  });

  it('takes views of larger buffers, as do encrypt and decrypt', async () => {
    const random = seededRandom(83);
    const { alice, bob } = await pair(random);
    const bundle = await bundleOf(bob);
    const view = <T extends { publicKey: Uint8Array; signature: Uint8Array }>(key: T): T => ({
      ...key,
      publicKey: offsetView(key.publicKey),
      signature: offsetView(key.signature),
    });
    await new SessionBuilder({
      remoteAddress: bob.address,
      stores: alice.stores,
      random,
    }).processPreKeyBundle({
      ...bundle,
      identityKey: offsetView(bundle.identityKey),
      signedPreKey: view(bundle.signedPreKey),
      kyberPreKey: view(bundle.kyberPreKey),
    });
    const message = await cipherBetween(alice, bob).encrypt(offsetView(utf8('a view')));
    const serialized = offsetView(message.serialized);
    const opened = await cipherBetween(bob, alice).decrypt({ ...message, serialized });
    expect(fromUtf8(opened)).toBe('a view');
  });
});

describe('The other functions', () => {
  it('throw TypeError or RangeError for what a caller got wrong', async () => {
    const { alice, bob, a } = await pair(seededRandom(84));
    const wrong = (value: unknown): never => value as never;
    const seed = filled(32, 1);
    const cipher = (peerVersion: unknown) => () =>
      new SessionCipher({
        localAddress: alice.address,
        remoteAddress: bob.address,
        stores: alice.stores,
        peerVersion: wrong(peerVersion),
      });
    const got = await Promise.all(
      [
        () => a.encrypt(wrong('text')),
        () => a.decrypt({ type: 'preKey', serialized: wrong('text') }),
        () => a.decrypt({ type: wrong('other'), serialized: seed }),
        cipher('v3'),
        () => generateKyberPreKey({ id: 1, identitySeed: seed, lastResort: wrong(undefined) }),
        () => generateSignedPreKey({ id: 1, identitySeed: wrong('text') }),
        () => identityAgreementKeyPair({ seed, publicKey: wrong(undefined) }),
        () => generatePreKeys({ startId: wrong('1'), count: 1 }),
        () => parseSignalMessage(wrong('text')),
        () => parsePreKeySignalMessage(wrong([51])),
      ].map(refusal),
    );
    expect(new Set(got)).toEqual(new Set(['TypeError']));
    const ranges = await Promise.all(
      [
        () => generatePreKeys({ startId: 0, count: 1_001 }),
        () => generatePreKeys({ startId: 2 ** 32, count: 1 }),
        () => generateSignedPreKey({ id: -1, identitySeed: seed }),
        () => generateSignedPreKey({ id: 1, identitySeed: filled(31, 1) }),
        () => generateKyberPreKey({ id: 2 ** 32, identitySeed: seed, lastResort: true }),
        () => identityAgreementKeyPair({ seed, publicKey: filled(32, 1) }),
      ].map(refusal),
    );
    expect(new Set(ranges)).toEqual(new Set(['RangeError']));
  });
});
