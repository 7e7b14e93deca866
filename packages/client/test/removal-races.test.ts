import { updateVault } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isClientError } from '../src/client-error.ts';
import { createMemoryStorage } from '../src/storage/memory-storage.ts';
import type { StoragePort } from '../src/storage/storage-port.ts';
import { startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { anchorOf } from '../src/vault/vault-anchor.ts';
import { openParts } from './support/device-parts.ts';
import {
  accountKeysOf,
  comeBack,
  commonDigits,
  contactOf,
  meetForRemoval,
} from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, deviceIdOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

const publishRoute = 'POST /api/devices/manifests';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** As a change of the vault does that changes nothing in it. */
async function storeAnotherVersion(test: TestClient, person: TestPerson): Promise<void> {
  const { context } = await openParts({ test, person, relayUrl: world.url });
  const { vault, http, userId } = context;
  const { vaultKey, sealed: sealedVault, accountKey } = vault;
  const anchor = await anchorOf(vault);
  const contents = { accountSeed: accountKey.seed, ...(anchor && { anchor }) };
  const body = await updateVault({ userId, vaultKey, sealedVault, contents });
  await http.call('putVault', { body });
}

interface StoredRecord {
  vault: { version: number } | null;
}

const recordOf = ({ disk }: TestClient): StoredRecord => {
  const rows = [...(disk.get('device') ?? [])];
  const bytes = rows.find(([key]) => key.endsWith('/record'))?.[1] ?? Buffer.from('{}');
  return JSON.parse(Buffer.from(bytes).toString()) as StoredRecord;
};

async function storedVersion(userId: string): Promise<number> {
  const [row] = await query<{ version: string }>(
    world,
    'select version from public.account_vaults where user_id = $1',
    [userId],
  );
  return Number(row?.version ?? 0);
}

const outcomeOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'done',
    (error: unknown) => (isClientError(error) ? error.code : String(error)),
  );

/** The same device after its program ended without a word. */
async function restart({ ann, a }: Removal, storage?: () => Promise<StoragePort>) {
  await world.close(a);
  const again = world.client({ disk: a.disk, ...(storage && { openStorage: storage }) });
  await until(again.client.session, ({ phase }) => phase === 'locked');
  await again.client.unlock({ chatPassword: ann.chatPassword });
  await until(again.client.connection, ({ status }) => status === 'online');
  return again;
}

/** Everything that was there opens, and the account goes on under the second account key. */
async function expectWhole(removal: Removal, a: TestClient): Promise<void> {
  const { b, annId, benId, otherId, chatId, ben } = removal;
  await untilTexts(a.client, chatId, ['before']);
  await until(a.client.devices, ({ devices, alarm }) => devices.length === 1 && alarm === null);
  await until(a.client.devices, ({ removed }) => removed[0]?.deviceId === otherId);
  await commonDigits({ ...removal, a }, null);
  expect((await contactOf(a, benId)).trust).toBe('checked');
  await a.client.sendText({ chatId, text: 'goes on' });
  await untilTexts(b.client, chatId, ['before', 'goes on']);
  expect(await startChatWith(a.client, ben.handle)).toBe(chatId);
  expect(await accountKeysOf(world, annId)).toHaveLength(2);
  expect(recordOf(a).vault?.version).toBe(await storedVersion(annId));
}

describe('a removal', () => {
  it('is done when its answer was lost and the chain has the manifest', async () => {
    const removal = await meetForRemoval(world);
    const { a, tap, otherId } = removal;
    let lost = 0;
    tap.onAnswer = (route, answer) => {
      if (route !== publishRoute) return answer;
      lost += 1;
      throw new TypeError('lost');
    };

    await a.client.removeDevice({ deviceId: otherId });

    expect(lost).toBe(1);
    delete tap.onAnswer;
    await expectWhole(removal, a);
  });

  it('that never got to the relay leaves everything as it was, and can be repeated', async () => {
    const removal = await meetForRemoval(world);
    const { a, tap, otherId, annId } = removal;
    tap.onRequest = (route) => {
      if (route === publishRoute) throw new TypeError('lost');
    };

    expect(await outcomeOf(a.client.removeDevice({ deviceId: otherId }))).toBe('offline');
    expect(await accountKeysOf(world, annId)).toHaveLength(1);
    delete tap.onRequest;
    await a.client.removeDevice({ deviceId: otherId });

    await expectWhole(removal, a);
  });

  it('is found again by the program that ended before it heard of it', async () => {
    const removal = await meetForRemoval(world);
    const { a, tap, otherId } = removal;
    let stored = false;
    tap.onAnswer = (route, answer) => {
      stored ||= route === publishRoute;
      if (stored) throw new TypeError('lost');
      return answer;
    };
    // No more than an end of the program says.
    tap.onEvent = (_name, body) => (stored ? [] : [body]);
    const before = recordOf(a).vault?.version;

    expect(await outcomeOf(a.client.removeDevice({ deviceId: otherId }))).toBe('offline');
    expect(recordOf(a).vault?.version).toBe(before);
    const again = await restart(removal);

    await expectWhole(removal, again);
    await expect(again.client.removeDevice({ deviceId: otherId })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is found again where the disk did not take it', async () => {
    const removal = await meetForRemoval(world);
    const { a, otherId } = removal;
    const memory = createMemoryStorage(a.disk);
    let full = false;
    const before = recordOf(a).vault?.version;
    const again = await restart(removal, async () => ({
      ...memory,
      async write(changes) {
        if (full && changes.some(({ key }) => key.endsWith('/record'))) {
          throw new Error('no room');
        }
        await memory.write(changes);
      },
    }));
    await until(again.client.devices, ({ devices }) => devices.length === 2);
    full = true;
    expect(await outcomeOf(again.client.removeDevice({ deviceId: otherId }))).not.toBe('done');
    expect(recordOf(a).vault?.version).toBe(before);
    const third = await restart({ ...removal, a: again });

    await expectWhole(removal, third);
  });

  it('and another one at the same moment both hold', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, b, annId, otherId, chatId } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    const fourth = await addDevice(world, ann, { deviceName: 'fourth' });
    const fourthId = await deviceIdOf(fourth);
    for (const { client } of [a, third]) {
      await until(client.devices, ({ devices }) => devices.length === 4);
    }
    const { digits } = await contactOf(b, annId);

    await Promise.all([
      a.client.removeDevice({ deviceId: otherId }),
      third.client.removeDevice({ deviceId: fourthId }),
    ]);

    await commonDigits(removal, digits);
    await commonDigits({ ...removal, a: third }, digits);
    expect(await accountKeysOf(world, annId)).toHaveLength(3);
    await third.client.sendText({ chatId, text: 'by the third' });
    for (const { client } of [a, b]) await untilTexts(client, chatId, ['before', 'by the third']);
  });

  it('of the same device by two others is done once', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, b, annId, otherId, chatId } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    for (const { client } of [a, third]) {
      await until(client.devices, ({ devices }) => devices.length === 3);
    }
    const { digits } = await contactOf(b, annId);

    const outcomes = await Promise.all(
      [a, third].map(({ client }) => outcomeOf(client.removeDevice({ deviceId: otherId }))),
    );

    expect(outcomes.toSorted()).toEqual(['done', 'not_found']);
    await commonDigits(removal, digits);
    await commonDigits({ ...removal, a: third }, digits);
    expect(await accountKeysOf(world, annId)).toHaveLength(2);
    await third.client.sendText({ chatId, text: 'by the third' });
    for (const { client } of [a, b]) await untilTexts(client, chatId, ['before', 'by the third']);
  });

  it('starts over from a vault that was changed without its knowing', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, otherId, tap } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    await until(a.client.devices, ({ devices }) => devices.length === 3);
    const thirdId = await deviceIdOf(third);
    const published: string[] = [];
    tap.onRequest = (route) => {
      if (route === publishRoute) published.push(route);
    };
    let vault: unknown;
    tap.onAnswer = (route, answer) => {
      if (route !== 'GET /api/account' || published.length > 0) return answer;
      const account = answer as { vault: unknown };
      vault ??= account.vault;
      return { ...account, vault };
    };
    await comeBack(a);
    await vi.waitFor(() => expect(vault).toBeDefined());
    // The chat password stays the same: without the present one no device makes a new vault.
    const patient = { timeout: 15_000, interval: 300 };
    await vi.waitFor(() => storeAnotherVersion(third, ann), patient);

    await a.client.removeDevice({ deviceId: otherId });

    expect(published).toHaveLength(2);
    expect(await accountKeysOf(world, annId)).toHaveLength(2);
    const fresh = await addDevice(world, ann);
    await until(fresh.client.devices, ({ devices }) => devices.length === 3);
    await fresh.client.removeDevice({ deviceId: thirdId });
    expect(await accountKeysOf(world, annId)).toHaveLength(3);
  });
});
