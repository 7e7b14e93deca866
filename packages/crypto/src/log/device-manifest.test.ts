import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  damageNotRefused,
  filled,
  messageId,
  offsetView,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import { sha256 } from '../primitives/sha2.ts';
import { generateSealingKeyPair } from '../seal/sealing-key-pair.ts';
import {
  manifestLabel,
  maxManifestBytes,
  parseDeviceManifest,
  type DeviceManifest,
  type ManifestDevice,
} from './device-manifest.ts';
import { signDeviceManifest, type SignedManifest } from './sign-device-manifest.ts';
import { verifyDeviceManifest, verifyManifestChain } from './verify-device-manifest.ts';

let account: IdentityKeyPair;
let stranger: IdentityKeyPair;
let phone: ManifestDevice;
let laptop: ManifestDevice;
let chain: SignedManifest[];

const sign = (manifest: DeviceManifest) =>
  signDeviceManifest({
    manifest,
    accountSeed: account.seed,
    random: seededRandom(manifest.version),
  });

const first = (): DeviceManifest => ({
  userId: alice,
  version: 1,
  previousHash: filled(32, 0),
  accountKey: account.publicKey,
  devices: [phone],
  timeMs: 1_700_000_000_000,
});

/** Signs any bytes as the account would. */
const signBody = async (body: Uint8Array): Promise<SignedManifest> => ({
  body,
  signature: await signLabelled({ seed: account.seed, label: manifestLabel, fields: [body] }),
  hash: await sha256(body),
});

const verify = (entry: { body: Uint8Array; signature: Uint8Array }, more = {}) =>
  verifyDeviceManifest({ userId: alice, accountKey: account.publicKey, ...entry, ...more });

beforeAll(async () => {
  account = await generateIdentityKeyPair({ random: seededRandom(1) });
  stranger = await generateIdentityKeyPair({ random: seededRandom(2) });
  const device = async (deviceId: string, number: number): Promise<ManifestDevice> => ({
    deviceId,
    number,
    nameHash: filled(32, number),
    identityKey: (await generateIdentityKeyPair({ random: seededRandom(10 + number) })).publicKey,
    sealingKey: (await generateSealingKeyPair({ random: seededRandom(20 + number) })).publicKey,
    addedAtMs: 1_600_000_000_000 + number,
  });
  phone = await device(alicePhone, 1);
  laptop = { ...(await device(bobLaptop, 7)), hybridKey: filled(1_216, 8) };
  const one = await sign(first());
  const two = await sign({
    ...first(),
    version: 2,
    previousHash: one.hash,
    devices: [laptop, phone],
  });
  const three = await sign({ ...first(), version: 3, previousHash: two.hash, devices: [] });
  chain = [one, two, three];
});

const at = (index: number): SignedManifest => {
  const entry = chain[index];
  if (!entry) throw new Error('no such entry');
  return entry;
};

onEachBackEnd('A device manifest', () => {
  it('verifies and lists its devices in order, from offset views too', async () => {
    const { body, signature } = at(1);
    const { manifest, hash } = await verify({
      body: offsetView(body),
      signature: offsetView(signature),
    });

    expect(manifest.devices).toEqual([phone, laptop]);
    expect(hash).toEqual(at(1).hash);
  });

  it(
    'is refused with any byte of body or signature flipped, cut or added',
    { timeout: 120_000 },
    async () => {
      const { body, signature } = at(0);
      const asBody = (changed: Uint8Array) => verify({ body: changed, signature });
      const asSignature = (changed: Uint8Array) => verify({ body, signature: changed });

      expect(await damageNotRefused(body, asBody, 'bad_signature')).toEqual([]);
      expect(await damageNotRefused(signature, asSignature, 'bad_signature')).toEqual([]);
    },
  );
});

describe('A chain of manifests', () => {
  it('verifies from the first on, and from any accepted entry on', async () => {
    const whole = await verifyManifestChain({
      userId: alice,
      accountKey: account.publicKey,
      entries: chain,
    });
    expect(whole.map(({ manifest }) => manifest.version)).toEqual([1, 2, 3]);

    const previous = { version: 1, hash: at(0).hash };
    const rest = {
      userId: alice,
      accountKey: account.publicKey,
      entries: chain.slice(1),
      previous,
    };
    expect(await verifyManifestChain(rest)).toHaveLength(2);
    expect(await verifyManifestChain({ ...rest, entries: [] })).toEqual([]);
  });

  it('is refused when shortened, reordered, repeated, forked or rolled back', async () => {
    const fork = await sign({ ...first(), version: 2, previousHash: filled(32, 1) });
    const skipping = await sign({ ...first(), version: 3, previousHash: at(0).hash });
    const entries: Record<string, [SignedManifest[], string]> = {
      empty: [[], 'chain_broken'],
      'without its start': [chain.slice(1), 'chain_broken'],
      'with a gap': [[at(0), at(2)], 'chain_broken'],
      'with a gap in its numbers': [[at(0), skipping], 'chain_broken'],
      reordered: [[at(0), at(2), at(1)], 'chain_broken'],
      repeated: [[at(0), at(0)], 'rollback'],
      'going back': [[at(0), at(1), at(0)], 'rollback'],
      forked: [[at(0), fork], 'chain_broken'],
    };
    for (const [what, [list, code]] of Object.entries(entries)) {
      const input = { userId: alice, accountKey: account.publicKey, entries: list };
      expect([what, await refusal(() => verifyManifestChain(input))]).toEqual([what, code]);
    }
    const previous = { version: 3, hash: at(2).hash };
    expect(await refusal(() => verify(at(1), { previous }))).toBe('rollback');
    expect(await refusal(() => verify(at(2), { previous }))).toBe('rollback');
  });

  it('is refused where a number or an id is given to another device, also after it went', async () => {
    const other = { ...laptop, hybridKey: filled(1_216, 9), number: 8 };
    const reuses: Record<string, ManifestDevice> = {
      'a number': { ...laptop, number: phone.number },
      'an id with another number': { ...phone, number: 9 },
      'an id with another identity key': { ...phone, identityKey: laptop.identityKey },
    };
    const next = (devices: ManifestDevice[]) =>
      sign({ ...first(), version: 4, previousHash: at(2).hash, devices });
    const base = { userId: alice, accountKey: account.publicKey };
    const previous = { version: 3, hash: at(2).hash };
    const devices = [phone, laptop];
    const outcome = async (device: ManifestDevice): Promise<[string, string]> => {
      const four = await next([device]);
      return [
        await refusal(() => verifyManifestChain({ ...base, entries: [...chain, four] })),
        await refusal(() => verifyManifestChain({ ...base, entries: [four], previous, devices })),
      ];
    };

    for (const [what, device] of Object.entries(reuses)) {
      expect([what, await outcome(device)]).toEqual([what, ['chain_broken', 'chain_broken']]);
    }
    expect(await outcome(phone)).toEqual(['accepted', 'accepted']);
    expect(await outcome({ ...other, deviceId: bob })).toEqual(['accepted', 'accepted']);
  });

  it('reads what it verified, whatever becomes of the array meanwhile', async () => {
    const body = Uint8Array.from(at(1).body);
    const verifying = verify({ body, signature: at(1).signature });
    body.fill(0);

    expect((await verifying).manifest.devices).toEqual([phone, laptop]);
  });

  it('counts its devices before it looks at their keys', async () => {
    const body = Uint8Array.from(at(0).body);
    const countAt = 1 + 16 + 8 + 32 + 33 + 8;
    body.set([0, 128], countAt);

    expect(() => parseDeviceManifest(body)).toThrow('too many devices');
  });

  it('is refused for another user or another account key', async () => {
    expect(await refusal(() => verify(at(0), { userId: bob }))).toBe('chain_broken');
    expect(await refusal(() => verify(at(0), { accountKey: stranger.publicKey }))).toBe(
      'bad_signature',
    );
    const body = concatBytes(
      at(0).body.subarray(0, 57),
      stranger.publicKey,
      at(0).body.subarray(90),
    );
    const renamed = await signBody(body);
    expect(await refusal(() => verify(renamed))).toBe('bad_key');
  });
});

describe('A signed manifest', () => {
  it('is refused when its body is not the one encoding, even by its own account', async () => {
    const { body } = at(1);
    const deviceAt = 1 + 16 + 8 + 32 + 33 + 8 + 2;
    const patched = (offset: number, ...bytes: number[]): Uint8Array => {
      const copy = Uint8Array.from(body);
      copy.set(bytes, offset);
      return copy;
    };
    const wrong: Record<string, [Uint8Array, string]> = {
      'format 0': [patched(0, 0), 'bad_encoding'],
      'format 2 without an endorsement': [patched(0, 2), 'bad_encoding'],
      'format 3': [patched(0, 3), 'bad_encoding'],
      'version 0': [patched(17, ...filled(8, 0)), 'bad_encoding'],
      'version above 2^53': [patched(17, ...filled(8, 255)), 'bad_encoding'],
      'version 1 with a hash before it': [patched(17, ...filled(7, 0), 1), 'bad_encoding'],
      'version 2 without a hash before it': [patched(25, ...filled(32, 0)), 'bad_encoding'],
      'too few devices counted': [patched(deviceAt - 1, 1), 'bad_encoding'],
      'too many devices counted': [patched(deviceAt - 1, 3), 'bad_encoding'],
      'device number 0': [patched(deviceAt + 16, 0), 'bad_encoding'],
      'device number 128': [patched(deviceAt + 16, 128), 'bad_encoding'],
      'device numbers out of order': [patched(deviceAt + 16, 9), 'bad_encoding'],
      'one number twice': [patched(deviceAt + 16, 7), 'bad_encoding'],
      'low-order identity key': [patched(deviceAt + 50, ...filled(32, 0)), 'bad_key'],
      'identity key of another type': [patched(deviceAt + 49, 8), 'bad_key'],
      'low-order sealing key': [patched(deviceAt + 82, ...filled(32, 0)), 'bad_key'],
      'non-canonical sealing key': [patched(deviceAt + 82, ...filled(32, 255)), 'bad_key'],
      'hybrid key of another length': [patched(deviceAt + 114, 0, 1), 'bad_encoding'],
      'a byte too many': [concatBytes(body, filled(1, 0)), 'bad_encoding'],
      'a byte too few': [body.slice(0, -1), 'bad_encoding'],
      nothing: [filled(0, 0), 'bad_encoding'],
      'as much as a manifest can hold, none of it a device': [filled(262_144, 1), 'bad_encoding'],
      'more than a manifest can hold': [filled(262_145, 1), 'too_large'],
    };
    for (const [what, [bytes, code]] of Object.entries(wrong)) {
      const entry = await signBody(bytes);
      expect([what, await refusal(() => verify(entry))]).toEqual([what, code]);
    }
  });

  it('is refused by its length before its signature is looked at', async () => {
    const { signature } = at(0);
    const unsigned = (length: number) =>
      refusal(() => verify({ body: filled(length, 1), signature }));

    expect(await unsigned(maxManifestBytes)).toBe('bad_signature');
    expect(await unsigned(maxManifestBytes + 1)).toBe('too_large');
    const parse = (length: number) => refusal(() => parseDeviceManifest(filled(length, 1)));
    expect(await parse(maxManifestBytes)).toBe('bad_encoding');
    expect(await parse(maxManifestBytes + 1)).toBe('too_large');
  });

  it('numbers devices up to 127 and may follow any hash that is not all zeros', async () => {
    const previousHash = Uint8Array.of(1, ...filled(31, 0));
    const devices = [{ ...phone, number: 127 }];
    const { body } = await sign({ ...first(), version: 2, previousHash, devices });

    expect(parseDeviceManifest(body)).toMatchObject({ previousHash, devices });
    const numberAt = 1 + 16 + 8 + 32 + 33 + 8 + 2 + 16;
    body[numberAt] = 128;
    expect(await refusal(() => parseDeviceManifest(body))).toBe('bad_encoding');
  });

  it('is not made for wrong contents', async () => {
    const wrong: Record<string, [Partial<DeviceManifest>, string]> = {
      'another account key': [{ accountKey: stranger.publicKey }, 'bad_key'],
      'one id twice': [{ devices: [phone, { ...laptop, deviceId: alicePhone }] }, 'bad_encoding'],
      'one number twice': [{ devices: [phone, { ...laptop, number: 1 }] }, 'bad_encoding'],
      'low-order key': [{ devices: [{ ...phone, sealingKey: filled(32, 0) }] }, 'bad_key'],
      'almost no hash before version 1': [
        { previousHash: Uint8Array.of(...filled(31, 0), 1) },
        'bad_encoding',
      ],
      'wrong start': [{ previousHash: filled(32, 1) }, 'bad_encoding'],
      'version 0': [{ version: 0 }, 'bad_encoding'],
      'odd user id': [{ userId: messageId.toUpperCase() }, 'bad_encoding'],
      'hybrid key of another length': [
        { devices: [{ ...phone, hybridKey: filled(32, 1) }] },
        'RangeError',
      ],
      'name in place of its hash': [
        { devices: [{ ...phone, nameHash: filled(5, 1) }] },
        'RangeError',
      ],
    };
    for (const [what, [part, code]] of Object.entries(wrong)) {
      expect([what, await refusal(() => sign({ ...first(), ...part }))]).toEqual([what, code]);
    }
  });

  it('does not verify as any other labelled signature, nor the reverse', async () => {
    const { body } = at(0);
    const signature = await signLabelled({
      seed: account.seed,
      label: 'device-proof',
      fields: [body],
    });

    expect(await refusal(() => verify({ body, signature }))).toBe('bad_signature');
  });
});
