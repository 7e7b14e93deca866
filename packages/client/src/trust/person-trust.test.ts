import { generateIdentityKeyPair, generateSealingKeyPair, signDeviceManifest } from '@sotto/crypto';
import type { IdentityKeyPair } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import { describe, expect, it } from 'vitest';
import { manifestDeviceOf } from '../devices/publish-manifest.ts';
import { followPerson, pinPerson } from './person-trust.ts';
import type { ManifestEntry } from './person-trust.ts';

const userId = userIdSchema.parse('00000000-0000-4000-8000-000000000001');

/** A chain of `length` manifests, each with one device more. */
async function makeChain(account: IdentityKeyPair, length: number, timeMs = 1) {
  const entries: ManifestEntry[] = [];
  const devices = [];
  let previousHash: Uint8Array = new Uint8Array(32);
  for (let version = 1; version <= length; version += 1) {
    devices.push({
      deviceId: `00000000-0000-4000-8000-00000000010${version}`,
      number: version,
      nameHash: new Uint8Array(32),
      identityKey: (await generateIdentityKeyPair()).publicKey,
      sealingKey: (await generateSealingKeyPair()).publicKey,
      addedAtMs: timeMs,
    });
    const accountKey = account.publicKey;
    const manifest = { userId, version, previousHash, accountKey, devices: [...devices], timeMs };
    const signed = await signDeviceManifest({ manifest, accountSeed: account.seed });
    entries.push({ body: signed.body, signature: signed.signature });
    previousHash = signed.hash;
  }
  return entries;
}

describe('trust in a person', () => {
  it('begins with the first manifest seen and follows what the same key signs', async () => {
    const chain = await makeChain(await generateIdentityKeyPair(), 3);

    const first = await pinPerson({ userId, entries: chain.slice(0, 2) });
    const next = await followPerson(first, chain.slice(1));

    expect(first).toMatchObject({ version: 2, alarm: null });
    expect(next.version).toBe(3);
    expect(next.devices.map(({ current }) => current)).toEqual([true, true, true]);
  });

  it('in oneself comes from the vault, not from the relay', async () => {
    const [own, other] = [await generateIdentityKeyPair(), await generateIdentityKeyPair()];
    const entries = await makeChain(other, 1);

    await expect(pinPerson({ userId, accountKey: own.publicKey, entries })).rejects.toMatchObject({
      code: 'untrusted',
    });
  });

  it('refuses a chain that begins in the middle, has a gap, or is empty', async () => {
    const [one, two, three] = await makeChain(await generateIdentityKeyPair(), 3);
    if (!one || !two || !three) throw new Error('three manifests');

    for (const entries of [
      [two, three],
      [one, three],
    ]) {
      await expect(pinPerson({ userId, entries })).rejects.toMatchObject({ code: 'rollback' });
    }
    await expect(pinPerson({ userId, entries: [] })).rejects.toMatchObject({ code: 'untrusted' });
  });

  it('refuses an older history, a fork, and another account key', async () => {
    const account = await generateIdentityKeyPair();
    const chain = await makeChain(account, 2);
    const fork = await makeChain(account, 3, 2);
    const other = await makeChain(await generateIdentityKeyPair(), 2);
    const known = await pinPerson({ userId, entries: chain });

    const offers: [ManifestEntry[], string][] = [
      [[], 'rollback'],
      [chain.slice(0, 1), 'rollback'],
      [fork.slice(1), 'rollback'],
      [other.slice(1), 'untrusted'],
      [[...chain.slice(1), ...other.slice(1)], 'untrusted'],
    ];
    for (const [entries, code] of offers) {
      await expect(followPerson(known, entries)).rejects.toMatchObject({ code });
    }
  });

  it('keeps a former device for what it sent, and does not count it as one to seal to', async () => {
    const account = await generateIdentityKeyPair();
    const chain = await makeChain(account, 2);
    const known = await pinPerson({ userId, entries: chain });
    const without = await signDeviceManifest({
      manifest: {
        userId,
        version: 3,
        previousHash: known.hash,
        accountKey: account.publicKey,
        timeMs: 2,
        devices: known.devices.slice(1).map(manifestDeviceOf),
      },
      accountSeed: account.seed,
    });

    const next = await followPerson(known, [...chain.slice(1), without]);

    expect(next.devices.map(({ current }) => current)).toEqual([false, true]);
  });

  it('refuses a number or an id that had belonged to another device', async () => {
    const account = await generateIdentityKeyPair();
    const chain = await makeChain(account, 2);
    const known = await pinPerson({ userId, entries: chain });
    const next = async (
      version: number,
      previousHash: Uint8Array,
      devices: ReturnType<typeof manifestDeviceOf>[],
    ) =>
      await signDeviceManifest({
        manifest: {
          userId,
          version,
          previousHash,
          accountKey: account.publicKey,
          timeMs: 2,
          devices,
        },
        accountSeed: account.seed,
      });
    const [first, second] = known.devices.map(manifestDeviceOf);
    if (!first || !second) throw new Error('two devices');
    const without = await next(3, known.hash, [first]);
    const followed = await followPerson(known, [...chain.slice(1), without]);
    const { publicKey: identityKey } = await generateIdentityKeyPair();

    for (const stolen of [
      { ...second, deviceId: '00000000-0000-4000-8000-000000000199' },
      { ...second, identityKey },
    ]) {
      const bad = await next(4, followed.hash, [first, stolen]);
      await expect(followPerson(followed, [without, bad])).rejects.toMatchObject({
        code: 'rollback',
      });
    }
  });
});
