/** What a session refuses, and that a refusal changes nothing. */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import {
  generateIdentityKeyPair,
  maxSessionMessageBytes,
  SessionBuilder,
  SessionCipher,
  type CiphertextMessage,
  type PreKeyBundle,
} from '../../src/index.ts';
import {
  parsePreKeySignalMessage,
  serializePreKeySignalMessage,
} from '../../src/session/pre-key-signal-message.ts';
import { damaged, refusal, seededRandom } from '../building/builders.ts';
import { bundleOf, cipherBetween, makeDevice, pair, startSession, type Device } from './devices.ts';

/** The base point plus a point of order 8: an honest-looking key with a second spelling of every secret. */
function mixedOrder(): string {
  const torsion = ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1] ?? '');
  const bytes = ed25519.Point.BASE.multiply(7n).add(torsion).toBytes();
  return `05${toHex(ed25519.utils.toMontgomery(bytes))}`;
}

/** Everything a device keeps, as one text. */
function snapshot({ stores: { kept } }: Device): string {
  const sessions = Array.from(kept.sessions, ([key, bytes]) => [key, toHex(bytes)]);
  const keys = [kept.preKeys, kept.kyberPreKeys].map((map) => [...map.keys()]);
  return JSON.stringify([sessions, [...kept.identities], keys, [...kept.lastResortUses]]);
}

/** Places of the registration id's value: the one thing in a first message that nothing authenticates. */
function registrationIdPlaces(message: Uint8Array): Set<number> {
  const at = toHex(message).lastIndexOf('2892213016') / 2;
  return new Set([at + 1, at + 2]);
}

async function changedButOpened(
  device: Device,
  cipher: SessionCipher,
  message: CiphertextMessage,
  skip: ReadonlySet<number>,
): Promise<string[]> {
  const before = snapshot(device);
  const wrong: string[] = [];
  for (const [what, serialized] of damaged(message.serialized)) {
    const place = /^byte (\d+) /.exec(what)?.[1];
    if (place === undefined && message.serialized.length > 400) continue;
    if (place !== undefined && skip.has(Number(place))) continue;
    const got = await refusal(() => cipher.decrypt({ type: message.type, serialized }));
    if (got !== 'open_failed') wrong.push(`${what}: ${got}`);
  }
  if (snapshot(device) !== before) wrong.push('the state has changed');
  return wrong;
}

describe('A damaged message', () => {
  it('is open_failed at every byte, changes nothing, and the true one opens after it', async () => {
    const { bob, a, b } = await pair(seededRandom(11));
    const first = await a.encrypt(utf8('first'));
    const skip = registrationIdPlaces(first.serialized);
    expect(skip.size).toBe(2);
    expect(await changedButOpened(bob, b, first, skip)).toEqual([]);
    expect(fromUtf8(await b.decrypt(first))).toBe('first');

    const second = await a.encrypt(utf8('second'));
    expect(second.type).toBe('preKey');
    expect(await changedButOpened(bob, b, second, new Set())).toEqual([]);
    expect(fromUtf8(await b.decrypt(second))).toBe('second');

    const reply = await b.encrypt(utf8('reply'));
    await a.decrypt(reply);
    const later = await a.encrypt(utf8('later'));
    expect(later.type).toBe('signal');
    expect(await changedButOpened(bob, b, later, new Set())).toEqual([]);
    expect(fromUtf8(await b.decrypt(later))).toBe('later');
  });

  it('is open_failed as the other type, for another recipient, and for another sender', async () => {
    const random = seededRandom(12);
    const { alice, bob, a, b } = await pair(random);
    const first = await a.encrypt(utf8('first'));
    const { serialized } = first;
    expect(await refusal(() => b.decrypt({ type: 'signal', serialized }))).toBe('open_failed');

    const elsewhere = { ...bob, address: { ...bob.address, deviceId: 2 } };
    expect(await refusal(() => cipherBetween(elsewhere, alice).decrypt(first))).toBe('open_failed');
    const other = { address: { ...alice.address, deviceId: 9 } };
    expect(await refusal(() => cipherBetween(bob, other).decrypt(first))).toBe('open_failed');
    expect(fromUtf8(await b.decrypt(first))).toBe('first');
  });
});

describe('One-time keys', () => {
  it('are deleted after a message has opened, and not before', async () => {
    const { bob, a, b } = await pair(seededRandom(13), 'addresses', { lastResort: false });
    const first = await a.encrypt(utf8('first'));
    const broken = Uint8Array.from(first.serialized);
    broken[broken.length - 10] = (broken[broken.length - 10] ?? 0) ^ 1;
    await refusal(() => b.decrypt({ ...first, serialized: broken }));
    expect([...bob.stores.kept.preKeys.keys()]).toEqual([31, 32, 33]);
    expect(bob.stores.kept.kyberPreKeys.size).toBe(1);

    await b.decrypt(first);

    expect([...bob.stores.kept.preKeys.keys()]).toEqual([32, 33]);
    expect(bob.stores.kept.kyberPreKeys.size).toBe(0);
  });

  it('serve one of two first messages that arrive at once', async () => {
    const random = seededRandom(14);
    const { alice, bob, a } = await pair(random);
    const carol = await makeDevice({ ...alice.address, deviceId: 3 }, random);
    await startSession(carol, bob);
    const messages = [
      await a.encrypt(utf8('a')),
      await cipherBetween(carol, bob).encrypt(utf8('c')),
    ];
    const from = [alice, carol];

    const results = await Promise.all(
      messages.map((message, i) =>
        refusal(() => cipherBetween(bob, from[i] ?? alice).decrypt(message)),
      ),
    );

    expect(results.sort()).toEqual(['accepted', 'open_failed']);
  });

  it('of the last resort remember each handshake, so that a replay fails on a lost session', async () => {
    const { bob, a, b } = await pair(seededRandom(15), 'addresses', { oneTime: 0 });
    const first = await a.encrypt(utf8('first'));
    expect(fromUtf8(await b.decrypt(first))).toBe('first');
    bob.stores.kept.sessions.clear();

    expect(await refusal(() => b.decrypt(first))).toBe('open_failed');

    bob.stores.kept.lastResortUses.clear();
    expect(await refusal(() => b.decrypt(first))).toBe('accepted');
  });
});

describe('Base keys', () => {
  const keys: [string, string][] = [
    ['zero', `05${'00'.repeat(32)}`],
    ['one', `0501${'00'.repeat(31)}`],
    ['p − 1', `05ec${'ff'.repeat(30)}7f`],
    ['p + 9, a second spelling of 9', `05f6${'ff'.repeat(30)}7f`],
    ['top bit set', `0509${'00'.repeat(30)}80`],
    ['order 8', '05e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['on the twist', `0502${'00'.repeat(31)}`],
    ['of order 8 beside the subgroup', mixedOrder()],
    ['another type byte', `0609${'00'.repeat(31)}`],
  ];

  it('of low order, not canonical, or beside the prime-order subgroup are refused', async () => {
    const { a, b, bob } = await pair(seededRandom(16));
    const first = await a.encrypt(utf8('first'));
    const content = parsePreKeySignalMessage(first.serialized);
    const before = snapshot(bob);
    for (const [what, hex] of keys) {
      const serialized = serializePreKeySignalMessage({ ...content, baseKey: fromHex(hex) });
      const got = await refusal(() => b.decrypt({ type: 'preKey', serialized }));
      expect([what, got]).toEqual([what, 'open_failed']);
      const asIdentity = serializePreKeySignalMessage({ ...content, identityKey: fromHex(hex) });
      expect(await refusal(() => b.decrypt({ type: 'preKey', serialized: asIdentity }))).toBe(
        'open_failed',
      );
    }
    expect(snapshot(bob)).toBe(before);
  });

  it('are refused in bundles as well', async () => {
    const random = seededRandom(17);
    const { alice, bob } = await pair(random);
    const bundle = await bundleOf(bob);
    const builder = new SessionBuilder({
      remoteAddress: bob.address,
      stores: alice.stores,
      random,
    });
    for (const [what, hex] of keys) {
      const bad = { ...bundle, preKey: { id: 31, publicKey: fromHex(hex) } };
      const got = await refusal(() => builder.processPreKeyBundle(bad));
      expect([what, got]).toEqual([what, 'bad_key']);
    }
  });
});

describe('A bundle', () => {
  it('with a signature that does not verify is refused before anything is stored', async () => {
    const random = seededRandom(18);
    const { alice, bob } = await pair(random);
    const bundle = await bundleOf(bob);
    const mallory = await bundleOf(await makeDevice({ ...bob.address, deviceId: 5 }, random));
    const builder = new SessionBuilder({
      remoteAddress: bob.address,
      stores: alice.stores,
      random,
    });
    const before = snapshot(alice);
    const flipped = (signature: Uint8Array): Uint8Array =>
      signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
    const { signedPreKey, kyberPreKey, identityKey } = bundle;
    const bad: PreKeyBundle[] = [
      { ...bundle, signedPreKey: { ...signedPreKey, signature: flipped(signedPreKey.signature) } },
      { ...bundle, kyberPreKey: { ...kyberPreKey, signature: flipped(kyberPreKey.signature) } },
      { ...bundle, signedPreKey: { ...signedPreKey, signature: kyberPreKey.signature } },
      { ...bundle, signedPreKey: mallory.signedPreKey },
      { ...bundle, kyberPreKey: mallory.kyberPreKey },
      { ...mallory, identityKey },
      { ...bundle, signedPreKey: { ...signedPreKey, signature: new Uint8Array(63) } },
    ];
    for (const each of bad) {
      expect(await refusal(() => builder.processPreKeyBundle(each))).toBe('bad_signature');
    }
    expect(snapshot(alice)).toBe(before);
  });

  it('of an identity that is not trusted is refused', async () => {
    const random = seededRandom(19);
    const { alice, bob } = await pair(random);
    const impostor = await makeDevice(bob.address, random);
    expect(await refusal(() => startSession(alice, impostor))).toBe('bad_key');
    await startSession(impostor, alice);
    const message = await cipherBetween(impostor, alice).encrypt(utf8('it is me'));
    const before = snapshot(alice);
    expect(await refusal(() => cipherBetween(alice, bob).decrypt(message))).toBe('bad_key');
    expect(snapshot(alice)).toBe(before);
  });
});

describe('An identity that was replaced', () => {
  it('can neither be written to nor read from any more', async () => {
    const random = seededRandom(22);
    const { alice, bob, a, b } = await pair(random);
    await b.decrypt(await a.encrypt(utf8('first')));
    const late = await b.encrypt(utf8('late'));
    const { publicKey } = await generateIdentityKeyPair({ random });
    await alice.stores.identity.saveIdentity(bob.address, publicKey);
    const before = snapshot(alice);

    expect(await refusal(() => a.decrypt(late))).toBe('bad_key');
    expect(await refusal(() => a.encrypt(utf8('to whom?')))).toBe('bad_key');
    expect(snapshot(alice)).toBe(before);
  });
});

describe('Encrypting', () => {
  it('needs a session and at most 1 MiB', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(20));
    expect(await b.hasSession()).toBe(false);
    expect(await refusal(() => b.encrypt(utf8('hello')))).toBe('bad_key');
    const long = new Uint8Array(maxSessionMessageBytes + 1);
    expect(await refusal(() => a.encrypt(long))).toBe('too_large');
    const most = await a.encrypt(long.subarray(1));
    expect((await cipherBetween(bob, alice).decrypt(most)).length).toBe(maxSessionMessageBytes);
  });

  it('takes addresses of accounts and devices only', async () => {
    const { alice, bob } = await pair(seededRandom(21));
    const make = (name: string, deviceId: number) => () =>
      new SessionCipher({
        localAddress: alice.address,
        remoteAddress: { name, deviceId },
        stores: alice.stores,
      });
    expect(make(bob.address.name, 0)).toThrow(RangeError);
    expect(make(bob.address.name, 128)).toThrow(RangeError);
    expect(await refusal(make('bob', 1))).toBe('bad_encoding');
  });
});
