import {
  generateIdentityKeyPair,
  generateSealingKeyPair,
  signDeviceManifest,
  systemRandom,
} from '@sotto/crypto';
import type { IdentityKeyPair } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { MemoryDisk } from '../storage/memory-storage.ts';
import { createSealedStore } from '../storage/sealed-store.ts';
import type { HttpClient } from '../transport/http-client.ts';
import { personTrustSchema } from './person-trust.ts';
import type { ManifestEntry } from './person-trust.ts';
import { createTrustStore } from './trust-store.ts';

const userId = userIdSchema.parse('00000000-0000-4000-8000-000000000001');
const ownId = userIdSchema.parse('00000000-0000-4000-8000-000000000002');
const storageKey = new Uint8Array(32).fill(7);

type Page = ManifestEntry & { version: number };

/** A chain of as many manifests of one device. */
async function makeChain(account: IdentityKeyPair, length: number): Promise<Page[]> {
  const pages: Page[] = [];
  const device = {
    deviceId: crypto.randomUUID(),
    number: 1,
    nameHash: new Uint8Array(32),
    identityKey: (await generateIdentityKeyPair()).publicKey,
    sealingKey: (await generateSealingKeyPair()).publicKey,
    addedAtMs: 1,
  };
  let previousHash: Uint8Array = new Uint8Array(32);
  for (let version = 1; version <= length; version += 1) {
    const accountKey = account.publicKey;
    const rest = { previousHash, accountKey, devices: [device], timeMs: version };
    const manifest = { userId, version, ...rest };
    const signed = await signDeviceManifest({ manifest, accountSeed: account.seed });
    pages.push({ version, body: signed.body, signature: signed.signature });
    previousHash = signed.hash;
  }
  return pages;
}

let known: Page[];
let other: Page[];
let otherKey: Uint8Array;
let third: Page[];

beforeAll(async () => {
  const [one, two, three] = await Promise.all([
    generateIdentityKeyPair(),
    generateIdentityKeyPair(),
    generateIdentityKeyPair(),
  ]);
  [known, other, third] = await Promise.all([
    makeChain(one, 3),
    makeChain(two, 2),
    makeChain(three, 4),
  ]);
  otherKey = two.publicKey;
});

let disk: MemoryDisk;
/** What the relay tells at the moment. */
let told: Page[];
let asked: number;
let changes: string[];

/** The store of somebody who starts the program on this disk. */
function open() {
  const store = createSealedStore({
    storage: createMemoryStorage(disk),
    storageKey,
    random: systemRandom,
    isOpen: () => true,
  });
  const http = {
    async call(_name: string, { query }: { query: { after: number } }) {
      asked += 1;
      const manifests = told.filter(({ version }) => version > query.after);
      await Promise.resolve();
      return { manifests, headVersion: told.at(-1)?.version ?? 0 };
    },
  } as unknown as HttpClient;
  const trust = createTrustStore({
    store,
    http,
    own: { userId: ownId, accountKey: { publicKey: new Uint8Array(33) } },
    onChange: (id) => void changes.push(id),
  });
  return { store, trust };
}

beforeEach(() => {
  disk = new Map();
  told = known;
  asked = 0;
  changes = [];
});

const refused = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );

describe('what is kept of a person', () => {
  it('is a mark for the key it was made with, which stays while that key signs', async () => {
    told = known.slice(0, 2);
    const { trust } = open();
    const { accountKey } = await trust.refresh(userId);
    expect(trust.trustOf(userId)).toBe('unchecked');

    await trust.mark(userId, accountKey, 5);
    told = known;
    const next = await trust.refresh(userId);

    expect(next.version).toBe(3);
    expect(trust.trustOf(userId)).toBe('checked');
    await trust.mark(userId, accountKey, null);
    expect(trust.trustOf(userId)).toBe('unchecked');
    expect(await refused(trust.mark(userId, otherKey, 6))).toBe('conflict');
    expect(await refused(trust.mark(ownId, otherKey, 6))).toBe('conflict');
  });

  it('is another key that the relay offers, until its word holds again', async () => {
    const { trust } = open();
    const { accountKey } = await trust.refresh(userId);
    await trust.mark(userId, accountKey, 5);

    told = other;
    expect(await refused(trust.refresh(userId))).toBe('rollback');
    expect(trust.trustOf(userId)).toBe('changed');
    expect(await trust.isInDoubt(userId)).toBe(true);
    told = third;
    expect(await refused(trust.refresh(userId))).toBe('untrusted');
    const offered = (await trust.person(userId))?.offered;
    expect(offered?.version).toBe(4);
    told = known;
    await trust.refresh(userId);

    expect(trust.trustOf(userId)).toBe('checked');
    expect((await trust.person(userId))?.offered ?? null).toBeNull();
  });

  it('is a doubt where what is offered does not hold in itself', async () => {
    const { trust } = open();
    await trust.refresh(userId);
    const [first, second] = other;
    const forged = { ...known[2], signature: new Uint8Array(64) };

    for (const wrong of [[], known.slice(0, 2), [first, known[1]], [forged], [second]]) {
      told = wrong as Page[];
      await refused(trust.refresh(userId));
      expect(trust.trustOf(userId)).toBe('doubtful');
    }
  });

  it('is the offered key after it was accepted, unchecked, with the former devices as former', async () => {
    const { trust } = open();
    const before = await trust.refresh(userId);
    await trust.mark(userId, before.accountKey, 5);
    told = other;
    await refused(trust.refresh(userId));
    expect(await refused(trust.accept(userId, before.accountKey))).toBe('conflict');

    await trust.accept(userId, otherKey);

    expect(trust.trustOf(userId)).toBe('unchecked');
    const after = await trust.person(userId);
    expect(after?.accountKey).toEqual(otherKey);
    expect(after?.devices.map(({ current }) => current)).toEqual([false, true]);
    expect((await trust.refresh(userId)).version).toBe(2);
    expect(await refused(trust.accept(userId, otherKey))).toBe('conflict');
    told = known;
    await refused(trust.refresh(userId));
    expect(trust.trustOf(userId)).toBe('changed');
  });

  it('survives a restart, and is read without asking', async () => {
    const first = open().trust;
    await first.refresh(userId);
    told = other;
    await refused(first.refresh(userId));
    const before = asked;

    const { trust } = open();
    await trust.load();

    expect(trust.trustOf(userId)).toBe('changed');
    expect(asked).toBe(before);
  });

  it('is doubtful where it is damaged on disk', async () => {
    await open().trust.refresh(userId);
    const rows = disk.get('state');
    const key = `trust/${userId}`;
    const row = rows?.get(key);
    rows?.set(key, Uint8Array.from(row ?? [], (byte) => byte ^ 1) as typeof row & Uint8Array);

    const { trust } = open();
    await trust.load();

    expect(trust.trustOf(userId)).toBe('doubtful');
    expect(await refused(trust.refresh(userId))).toBe('untrusted');
  });

  it('is read from records that were written before there were marks', async () => {
    const { store, trust } = open();
    const { checked: _, offered: __, seen: ___, ...old } = await trust.refresh(userId);
    await store.write([await store.seal('state', `trust/${userId}`, old)]);

    const again = open();
    await again.trust.load();

    expect(again.trust.trustOf(userId)).toBe('unchecked');
    expect(personTrustSchema.parse(old).checked).toBeUndefined();
    expect((await again.trust.refresh(userId)).version).toBe(3);
  });
});

describe('looks and marks at the same time', () => {
  it('do not undo each other', async () => {
    const { trust } = open();
    const { accountKey } = await trust.refresh(userId);
    told = other;

    const looking = refused(trust.refresh(userId));
    await trust.mark(userId, accountKey, 5);
    await looking;

    expect(await trust.person(userId)).toMatchObject({
      checked: { atMs: 5 },
      offered: { version: 2 },
    });
  });

  it('ask once more for those who came while somebody was asking', async () => {
    told = known.slice(0, 1);
    const { trust } = open();

    const looks = [trust.refresh(userId), trust.refresh(userId), trust.refresh(userId)];
    told = known;
    const versions = (await Promise.all(looks)).map(({ version }) => version);

    expect(versions.slice(1)).toEqual([3, 3]);
    expect(asked).toBe(2);
  });
});
