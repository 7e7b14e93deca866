import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  damageNotRefused,
  filled,
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
  parseDeviceManifest,
  successionLabel,
  type DeviceManifest,
} from './device-manifest.ts';
import { signDeviceManifest, type SignedManifest } from './sign-device-manifest.ts';
import { verifyDeviceManifest, verifyManifestChain } from './verify-device-manifest.ts';

let first: IdentityKeyPair;
let second: IdentityKeyPair;
let third: IdentityKeyPair;
let base: DeviceManifest;
/** Version 1 by the first key, 2 and 3 by the second, 4 by the third. */
let chain: SignedManifest[];

const manifest = (before: SignedManifest | undefined, version: number, key: IdentityKeyPair) => ({
  ...base,
  version,
  previousHash: before?.hash ?? filled(32, 0),
  accountKey: key.publicKey,
});

const sign = (
  before: SignedManifest | undefined,
  version: number,
  key: IdentityKeyPair,
  former?: IdentityKeyPair,
) =>
  signDeviceManifest({
    manifest: manifest(before, version, key),
    accountSeed: key.seed,
    ...(former && { formerSeed: former.seed }),
    random: seededRandom(version),
  });

const at = (index: number): SignedManifest => {
  const entry = chain[index];
  if (!entry) throw new Error('no such entry');
  return entry;
};

/** Any bytes with signatures by whom one likes; `former` signs all but the last 64 bytes. */
async function forge(
  unendorsed: Uint8Array,
  signer: IdentityKeyPair,
  former?: IdentityKeyPair,
): Promise<SignedManifest> {
  const by = (seed: Uint8Array, label: string, bytes: Uint8Array) =>
    signLabelled({ seed, label, fields: [bytes] });
  const body = former
    ? concatBytes(unendorsed, await by(former.seed, successionLabel, unendorsed))
    : unendorsed;
  const signature = await by(signer.seed, manifestLabel, body);
  return { body, signature, hash: await sha256(body) };
}

const head = (version: number) => ({ version, hash: at(version - 1).hash });
const verify = (entry: SignedManifest, key: IdentityKeyPair, previousVersion?: number) =>
  verifyDeviceManifest({
    userId: alice,
    accountKey: key.publicKey,
    ...entry,
    ...(previousVersion && { previous: head(previousVersion) }),
  });

const verifyAll = (entries: SignedManifest[], more = {}) =>
  verifyManifestChain({ userId: alice, accountKey: first.publicKey, entries, ...more });

beforeAll(async () => {
  const key = (seed: number) => generateIdentityKeyPair({ random: seededRandom(seed) });
  [first, second, third] = [await key(1), await key(3), await key(5)];
  base = {
    userId: alice,
    version: 1,
    previousHash: filled(32, 0),
    accountKey: first.publicKey,
    devices: [
      {
        deviceId: alicePhone,
        number: 1,
        nameHash: filled(32, 1),
        identityKey: (await key(11)).publicKey,
        sealingKey: (await generateSealingKeyPair({ random: seededRandom(12) })).publicKey,
        addedAtMs: 1_600_000_000_000,
      },
    ],
    timeMs: 1_700_000_000_000,
  };
  const one = await sign(undefined, 1, first);
  const two = await sign(one, 2, second, first);
  const three = await sign(two, 3, second);
  chain = [one, two, three, await sign(three, 4, third, second)];
});

onEachBackEnd('A manifest that names a new account key', () => {
  it('verifies with the key before it, and lists what was signed', async () => {
    const { body, signature, hash } = at(1);
    const entry = { body: offsetView(body), signature: offsetView(signature), hash };

    const verified = await verify(entry, first, 1);

    expect(verified.hash).toEqual(hash);
    expect(verified.manifest).toEqual({
      ...manifest(at(0), 2, second),
      endorsement: body.slice(-64),
    });
  });

  it('is the body of format 1 with another first byte, and the endorsement after it', async () => {
    const { body } = at(1);
    const plain = await sign(at(0), 2, second);

    expect(body[0]).toBe(2);
    expect(plain.body[0]).toBe(1);
    expect(body.slice(1, -64)).toEqual(plain.body.slice(1));
  });

  it(
    'is refused with any byte of body or signature flipped, cut or added',
    { timeout: 120_000 },
    async () => {
      const entry = at(1);
      const asBody = (body: Uint8Array) => verify({ ...entry, body }, first, 1);
      const asSignature = (signature: Uint8Array) => verify({ ...entry, signature }, first, 1);

      expect(await damageNotRefused(entry.body, asBody, 'bad_signature')).toEqual([]);
      expect(await damageNotRefused(entry.signature, asSignature, 'bad_signature')).toEqual([]);
    },
  );
});

describe('A chain of manifests with several account keys', () => {
  it('verifies from the first key to the last, and from any entry on with the key there', async () => {
    const whole = await verifyAll(chain);

    expect(whole.map(({ manifest: { accountKey } }) => accountKey)).toEqual(
      [first, second, second, third].map(({ publicKey }) => publicKey),
    );
    const rest = { accountKey: second.publicKey, previous: head(2) };
    expect(await verifyAll(chain.slice(2), rest)).toEqual(whole.slice(2));
  });

  it('takes nothing from the key before, once it was succeeded', async () => {
    const later = await sign(at(1), 3, first);
    const again = await sign(at(1), 3, third, first);
    const asSecond = await forge((await sign(at(1), 3, second)).body, first);

    for (const entry of [later, again, asSecond]) {
      expect(await refusal(() => verifyAll([at(0), at(1), entry]))).toBe('bad_signature');
      expect(await refusal(() => verify(entry, second, 2))).toBe('bad_signature');
    }
    // The key that holds after the first entry is the second: as the whole chain's it is refused.
    expect(await refusal(() => verifyAll(chain, { accountKey: second.publicKey }))).toBe(
      'bad_signature',
    );
    expect(await refusal(() => verifyAll(chain, { accountKey: third.publicKey }))).toBe(
      'bad_signature',
    );
  });

  it('takes no new key without an endorsement', async () => {
    const claimed = await sign(at(0), 2, second);
    expect(await refusal(() => verify(claimed, first, 1))).toBe('bad_signature');
    const byFormer = await forge(claimed.body, first);
    expect(await refusal(() => verify(byFormer, first, 1))).toBe('bad_key');
  });

  it('takes no endorsement by another key, nor one of another manifest', async () => {
    const unendorsed = at(1).body.slice(0, -64);
    const byStranger = await forge(unendorsed, second, third);
    const byItself = await forge(unendorsed, second, second);
    for (const entry of [byStranger, byItself]) {
      expect(await refusal(() => verify(entry, first, 1))).toBe('bad_signature');
    }
    const other = Uint8Array.from(unendorsed);
    other[97] = 99; // The last byte of its time.
    expect(parseDeviceManifest(concatBytes(other, filled(64, 0))).timeMs).not.toBe(base.timeMs);
    const moved = await forge(concatBytes(other, at(1).body.slice(-64)), second);
    expect(await refusal(() => verify(moved, first, 1))).toBe('bad_signature');
  });

  it('takes no new key that did not sign itself', async () => {
    const { body } = at(1);
    for (const signer of [first, third]) {
      const entry = await forge(body, signer);
      expect(await refusal(() => verify(entry, first, 1))).toBe('bad_signature');
    }
  });

  it('tells the two signatures apart by their labels', async () => {
    const { body, signature, hash } = at(1);
    const unendorsed = body.slice(0, -64);
    const manifestLabelled = await signLabelled({
      seed: first.seed,
      label: manifestLabel,
      fields: [unendorsed],
    });
    const wrongEndorsement = await forge(concatBytes(unendorsed, manifestLabelled), second);
    const successionLabelled = await signLabelled({
      seed: second.seed,
      label: successionLabel,
      fields: [body],
    });

    expect(await refusal(() => verify(wrongEndorsement, first, 1))).toBe('bad_signature');
    const wrongSignature = { body, signature: successionLabelled, hash };
    expect(await refusal(() => verify(wrongSignature, first, 1))).toBe('bad_signature');
    expect(await refusal(() => verify({ body, signature, hash }, first, 1))).toBe('accepted');
  });

  it('takes an endorsement that changes no key only for a manifest that is known', async () => {
    const unendorsed = Uint8Array.from((await sign(at(0), 2, first)).body);
    unendorsed[0] = 2;
    const entry = await forge(unendorsed, first, first);

    expect(await refusal(() => verify(entry, first, 1))).toBe('bad_encoding');
    expect(await refusal(() => verifyAll([at(0), entry]))).toBe('bad_encoding');
    // A manifest looked at again, under the key that it brought.
    expect((await verify(at(1), second)).hash).toEqual(at(1).hash);
    expect(await refusal(() => verify(at(1), second, 1))).toBe('bad_encoding');
    expect(await refusal(() => verify(at(1), third))).toBe('bad_signature');
  });

  it('begins with the first key, whatever a version 1 says of one before it', async () => {
    const unendorsed = Uint8Array.from(at(0).body);
    unendorsed[0] = 2;
    const bySame = await forge(unendorsed, first, first);
    const byOther = await forge(unendorsed, first, third);

    expect(await refusal(() => verifyAll([bySame]))).toBe('bad_encoding');
    expect(await refusal(() => verifyAll([byOther]))).toBe('bad_encoding');
    expect(await refusal(() => verifyAll([byOther], { accountKey: third.publicKey }))).toBe(
      'bad_encoding',
    );
  });

  it('checks place, user and version of a succession as of any manifest', async () => {
    const skipping = await sign(at(1), 4, third, second);
    const forked = await sign(at(0), 3, third, second);
    const back = await sign(at(0), 2, third, second);
    expect(await refusal(() => verify(skipping, second, 2))).toBe('chain_broken');
    expect(await refusal(() => verify(forked, second, 2))).toBe('chain_broken');
    expect(await refusal(() => verify(back, second, 2))).toBe('rollback');
    const asBob = { ...at(1), userId: bob, accountKey: first.publicKey };
    expect(await refusal(() => verifyDeviceManifest(asBob))).toBe('chain_broken');
  });

  it('is refused with a malformed body, whoever signed it', async () => {
    const { body } = at(1);
    const unendorsed = body.slice(0, -64);
    const tooLong = await forge(concatBytes(unendorsed, filled(1, 0)), second, first);
    expect(await refusal(() => verify(tooLong, first, 1))).toBe('bad_encoding');
    const tooShort = await forge(unendorsed.slice(0, -1), second, first);
    expect(await refusal(() => verify(tooShort, first, 1))).toBe('bad_encoding');
    const withoutOne = await forge(unendorsed, first);
    expect(await refusal(() => verify(withoutOne, first, 1))).toBe('bad_signature');
    // From 90 bytes and an endorsement on there is a key to verify with.
    for (const length of [0, 1, 57, 89, 90, 153, 154]) {
      const short = await forge(body.slice(0, length), second);
      expect(await refusal(() => verify(short, first, 1))).toBe('bad_signature');
    }
    const short = await forge(body.slice(0, 120), first);
    expect(await refusal(() => verify(short, first, 1))).toBe('bad_encoding');
    const cut = await forge(body.slice(0, 90), second, first);
    expect(await refusal(() => verify(cut, first, 1))).toBe('bad_encoding');
    const refusedKey = concatBytes(body.slice(0, 58), filled(32, 0), unendorsed.slice(90));
    const lowOrder = await forge(refusedKey, second, first);
    expect(await refusal(() => verify(lowOrder, first, 1))).toBe('bad_signature');
  });
});

describe('Signing a succession', () => {
  it('is not done for the same key, another key than the manifest’s, or version 1', async () => {
    expect(await refusal(() => sign(at(0), 2, second, second))).toBe('bad_encoding');
    expect(await refusal(() => sign(undefined, 1, second, first))).toBe('bad_encoding');
    const mismatched = {
      manifest: manifest(at(0), 2, first),
      accountSeed: second.seed,
      formerSeed: first.seed,
    };
    expect(await refusal(() => signDeviceManifest(mismatched))).toBe('bad_key');
  });

  it('drops an endorsement that came with another manifest', async () => {
    const { manifest: known } = await verify(at(1), second);
    const next = { ...known, version: 3, previousHash: at(1).hash };

    const signed = await signDeviceManifest({ manifest: next, accountSeed: second.seed });

    expect(parseDeviceManifest(signed.body)).toEqual(manifest(at(1), 3, second));
    expect(await refusal(() => verify(signed, second, 2))).toBe('accepted');
  });
});
