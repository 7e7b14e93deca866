import {
  generateIdentityKeyPair,
  generateSealingKeyPair,
  signDeviceManifest,
  systemRandom,
} from '@sotto/crypto';
import type { IdentityKeyPair, ManifestDevice } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { areKeysDue } from '../devices/keys-due.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { MemoryDisk } from '../storage/memory-storage.ts';
import { createSealedStore } from '../storage/sealed-store.ts';
import type { HttpClient } from '../transport/http-client.ts';
import { followPerson, pinPerson } from './person-trust.ts';
import type { ManifestEntry } from './person-trust.ts';
import { createTrustStore } from './trust-store.ts';

const userId = userIdSchema.parse('00000000-0000-4000-8000-000000000001');
const ownId = userIdSchema.parse('00000000-0000-4000-8000-000000000002');
const storageKey = new Uint8Array(32).fill(7);
const zeros: Uint8Array = new Uint8Array(32);

type Page = ManifestEntry & { version: number; hash: Uint8Array };

let keys: IdentityKeyPair[];
let devices: ManifestDevice[];
/** Three manifests; the third, without the second device, names the second key. */
let known: Page[];

const key = (index: number): IdentityKeyPair => {
  const found = keys[index];
  if (!found) throw new Error('no such key');
  return found;
};

/** The chain with one more manifest, by `account`; endorsed by `former` where that is another key. */
async function append(
  chain: readonly Page[],
  account: IdentityKeyPair,
  former: IdentityKeyPair = account,
  listed: readonly ManifestDevice[] = devices,
): Promise<Page[]> {
  const last = chain.at(-1);
  const version = chain.length + 1;
  const signed = await signDeviceManifest({
    manifest: {
      userId,
      version,
      previousHash: last?.hash ?? zeros,
      accountKey: account.publicKey,
      devices: [...listed],
      timeMs: version,
    },
    accountSeed: account.seed,
    ...(former !== account && { formerSeed: former.seed }),
  });
  const { body, signature, hash } = signed;
  return [...chain, { version, body, signature, hash }];
}

beforeAll(async () => {
  keys = await Promise.all([1, 2, 3, 4].map(() => generateIdentityKeyPair()));
  devices = await Promise.all(
    [1, 2].map(async (number) => ({
      deviceId: `00000000-0000-4000-8000-00000000010${number}`,
      number,
      nameHash: zeros,
      identityKey: (await generateIdentityKeyPair()).publicKey,
      sealingKey: (await generateSealingKeyPair()).publicKey,
      addedAtMs: 1,
    })),
  );
  const two = await append(await append([], key(0)), key(0));
  known = await append(two, key(1), key(0), devices.slice(0, 1));
});

const refused = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );

describe('a chain with another account key', () => {
  it('goes from key to key; the devices stay those of one person', async () => {
    const first = await pinPerson({ userId, entries: known.slice(0, 2) });
    const next = await followPerson(first, known.slice(1));
    const atOnce = await pinPerson({ userId, entries: known });

    expect(next).toMatchObject({ version: 3, accountKey: key(1).publicKey });
    expect(next.rootKey).toEqual(key(0).publicKey);
    expect(atOnce).toMatchObject({ accountKey: key(1).publicKey, rootKey: key(0).publicKey });
    expect(next.devices).toMatchObject([
      { current: true },
      { current: false, removedAtVersion: 3 },
    ]);
    expect(next.devices.some(({ ofFormerKey }) => ofFormerKey)).toBe(false);
  });

  it('is looked at again, and followed further', async () => {
    const first = await pinPerson({ userId, entries: known });
    const longer = await append(known, key(2), key(1), devices.slice(0, 1));

    expect(await followPerson(first, known.slice(2))).toMatchObject({ version: 3 });
    const next = await followPerson(first, longer.slice(2));
    expect(next).toMatchObject({ version: 4, accountKey: key(2).publicKey });
    expect(next.rootKey).toEqual(key(0).publicKey);
  });

  it('is none of the former key any more, nor of one that it did not endorse', async () => {
    const first = await pinPerson({ userId, entries: known });
    const byFormer = await append(known, key(0));
    const endorsedByFormer = await append(known, key(2), key(0));
    const endorsedByNobody = await append(known, key(2));

    for (const chain of [byFormer, endorsedByFormer, endorsedByNobody]) {
      expect(await refused(followPerson(first, chain.slice(2)))).toBe('untrusted');
      expect(await refused(pinPerson({ userId, entries: chain }))).toBe('untrusted');
    }
  });

  it('of the own account ends in the key of the vault', async () => {
    const pin = (accountKey: Uint8Array, mayGoOn?: boolean) =>
      pinPerson({ userId, entries: known, accountKey, ...(mayGoOn && { mayGoOn }) });

    expect(await pin(key(1).publicKey)).toMatchObject({ version: 3 });
    expect(await refused(pin(key(0).publicKey))).toBe('rollback');
    expect(await pin(key(0).publicKey, true)).toMatchObject({ version: 3 });
    expect(await refused(pin(key(2).publicKey, true))).toBe('untrusted');
  });

  it('is followed from a record that was written before there were successions', async () => {
    const { rootKey: _, ...old } = await pinPerson({ userId, entries: known.slice(0, 2) });

    const next = await followPerson(old, known.slice(1));

    expect(next.rootKey).toEqual(key(0).publicKey);
  });
});

let disk: MemoryDisk;
let told: Page[];
/** Runs while the relay is being asked. */
let meanwhile: () => Promise<unknown>;

function open() {
  const store = createSealedStore({
    storage: createMemoryStorage(disk),
    storageKey,
    random: systemRandom,
    isOpen: () => true,
  });
  const http = {
    async call(_name: string, { query }: { query: { after: number } }) {
      const manifests = told.filter(({ version }) => version > query.after);
      const headVersion = told.at(-1)?.version ?? 0;
      await meanwhile();
      return { manifests, headVersion };
    },
  } as unknown as HttpClient;
  const own = { userId: ownId, accountKey: key(3) };
  return createTrustStore({ store, http, own, onChange: () => undefined });
}

beforeEach(() => {
  disk = new Map();
  told = known;
  meanwhile = async () => undefined;
});

describe('what is kept of a person whose account key was succeeded', () => {
  it('is the mark, which goes on to the next key; one that was taken away stays away', async () => {
    told = known.slice(0, 2);
    const trust = open();
    await trust.refresh(userId);
    await trust.mark(userId, key(0).publicKey, 5);

    told = known;
    await trust.refresh(userId);

    expect(trust.trustOf(userId)).toBe('checked');
    expect((await trust.person(userId))?.checked).toEqual({
      accountKey: key(1).publicKey,
      atMs: 5,
    });
    expect(await refused(trust.mark(userId, key(0).publicKey, 6))).toBe('conflict');
    await trust.mark(userId, key(1).publicKey, null);
    told = await append(known, key(2), key(1), devices.slice(0, 1));
    await trust.refresh(userId);
    expect(trust.trustOf(userId)).toBe('unchecked');
  });

  it('is a mark that was made while the relay was being asked', async () => {
    told = known.slice(0, 2);
    const trust = open();
    await trust.refresh(userId);
    told = known;
    meanwhile = () => trust.mark(userId, key(0).publicKey, 7);

    await trust.refresh(userId);

    expect(trust.trustOf(userId)).toBe('checked');
    expect(await trust.person(userId)).toMatchObject({ version: 3, checked: { atMs: 7 } });
  });

  it('is the key that was accepted while the relay was being asked', async () => {
    const other = await append(await append([], key(2)), key(2));
    const trust = open();
    await trust.refresh(userId);
    told = other;
    await refused(trust.refresh(userId));
    told = await append(known, key(3), key(1), devices.slice(0, 1));
    meanwhile = async () => {
      meanwhile = async () => undefined;
      await trust.accept(userId, key(2).publicKey);
    };

    await trust.refresh(userId);

    expect((await trust.person(userId))?.accountKey).toEqual(key(2).publicKey);
    told = await append(other, key(3), key(2));
    expect(await trust.refresh(userId)).toMatchObject({ version: 3, exchanged: true });
    expect((await trust.person(userId))?.rootKey).toEqual(key(2).publicKey);
  });

  it('is a doubt, never an offer, where the chain forks at the succession', async () => {
    const trust = open();
    await trust.refresh(userId);
    await trust.mark(userId, key(1).publicKey, 5);
    const forks = [
      await append(known.slice(0, 2), key(2), key(0)),
      await append(known.slice(0, 2), key(0)),
      await append(await append(known.slice(0, 2), key(2), key(0)), key(2)),
    ];

    for (const fork of forks) {
      told = fork;
      expect(await refused(trust.refresh(userId))).toBe('rollback');
      expect(trust.trustOf(userId)).toBe('doubtful');
      expect(await trust.person(userId)).toMatchObject({ alarm: 'rollback', offered: null });
    }
    told = known;
    await trust.refresh(userId);
    expect(trust.trustOf(userId)).toBe('checked');
  });

  it('is an offer where another chain has had more keys than one', async () => {
    const trust = open();
    await trust.refresh(userId);
    told = await append(await append([], key(2)), key(3), key(2));

    await refused(trust.refresh(userId));

    const { offered } = (await trust.person(userId)) ?? {};
    expect(offered).toMatchObject({ accountKey: key(3).publicKey, rootKey: key(2).publicKey });
    await trust.accept(userId, key(3).publicKey);
    expect((await trust.refresh(userId)).version).toBe(2);
  });
});

describe('a change of keys', () => {
  const left = () => devices.slice(0, 1);
  const pinned = async (entries: readonly ManifestEntry[]) => pinPerson({ userId, entries });

  it('is due after a removal under the keys there are, and not after one that changed them', async () => {
    const two = known.slice(0, 2);
    const kept = await append(two, key(0), key(0), left());

    expect(areKeysDue(await pinned(two))).toBe(false);
    expect(areKeysDue(await pinned(known))).toBe(false);
    expect(areKeysDue(await pinned(kept))).toBe(true);
    expect(areKeysDue(await followPerson(await pinned(two), kept.slice(1)))).toBe(true);
  });

  it('is made by a succession that removes nobody, and due again after the next removal', async () => {
    const kept = await append(known.slice(0, 2), key(0), key(0), left());
    const settled = await append(kept, key(1), key(0), left());
    const renamed = await append(settled, key(1), key(1), left());
    const emptied = await append(renamed, key(1), key(1), []);

    const person = await pinned(settled);
    expect(person.succession).toBe(4);
    expect(areKeysDue(person)).toBe(false);
    const later = await followPerson(person, renamed.slice(3));
    expect(later.succession).toBe(4);
    expect(areKeysDue(later)).toBe(false);
    expect(areKeysDue(await followPerson(later, emptied.slice(4)))).toBe(true);
  });
});
