import { parseDeviceManifest, signDeviceManifest, toBase64Url } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createSteppableClock,
  makePerson,
  signUpFully,
  startChatWith,
  until,
  untilDelivery,
} from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import { addDevice, deviceIdOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

interface Manifest {
  version: number;
  body: string;
  signature: string;
}
interface Account {
  manifests: Manifest[];
  devices: { deviceId: string }[];
}

const dayMs = 86_400_000;
let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const vaultVersion = async (handle: string): Promise<number> => {
  const [row] = await query<{ version: string }>(
    world,
    `select v.version from public.account_vaults v
       join public.profiles p on p.user_id = v.user_id where p.handle = $1`,
    [handle],
  );
  return Number(row?.version ?? 0);
};

/** An account whose vault names its newest manifest. */
async function signedUp() {
  const person = makePerson('ann');
  const { transport, tap } = createTappedTransport();
  const test = world.client({ transport });
  await signUpFully(test.client, person);
  await vi.waitFor(async () => expect(await vaultVersion(person.handle)).toBe(2), {
    timeout: 10_000,
  });
  return { person, test, tap };
}

/** A new installation, behind a relay that edits what it says of the account. */
async function newDevice(person: TestPerson, edit: (account: Account) => Account) {
  const { transport, tap } = createTappedTransport();
  const test = world.client({ transport });
  const registered: string[] = [];
  tap.onRequest = (route, body) => {
    if (route === 'POST /api/devices') registered.push(body ?? '');
  };
  tap.onAnswer = (route, answer) =>
    route === 'GET /api/account' ? { ...(answer as object), ...edit(answer as Account) } : answer;
  await until(test.client.session, ({ phase }) => phase === 'signedOut');
  await test.client.signIn({ email: person.email, password: person.password });
  return { test, tap, registered };
}

/** The same chain with another last manifest, as only a thief of the account's seed can sign it. */
async function fork(test: TestClient, person: TestPerson, { manifests, devices }: Account) {
  const { context } = await openParts({ test, person, relayUrl: world.url });
  const { userId, vault } = context;
  const own = await context.http.call('listManifests', {
    params: { userId },
    query: { after: 0 },
  });
  const newest = own.manifests.at(-1);
  if (!newest) throw new Error('no manifest');
  const manifest = { ...parseDeviceManifest(newest.body), timeMs: 1 };
  const signed = await signDeviceManifest({ manifest, accountSeed: vault.accountKey.seed });
  const last = {
    version: manifest.version,
    body: toBase64Url(signed.body),
    signature: toBase64Url(signed.signature),
  };
  return { devices, manifests: [...manifests.slice(0, -1), last] };
}

describe('a new device, opened with the chat password alone', () => {
  it('refuses a chain that is shorter than the vault says, and signs nothing on it', async () => {
    const { person } = await signedUp();
    await addDevice(world, person);
    await vi.waitFor(async () => expect(await vaultVersion(person.handle)).toBe(3), {
      timeout: 10_000,
    });
    const { test, tap, registered } = await newDevice(person, ({ manifests, devices }) => ({
      manifests: manifests.slice(0, 1),
      devices: devices.slice(0, 1),
    }));

    const { chatPassword } = person;
    await expect(test.client.unlock({ chatPassword })).rejects.toMatchObject({ code: 'rollback' });

    expect(registered).toEqual([]);
    delete tap.onAnswer;
    await test.client.unlock({ chatPassword });
    expect(test.client.session.getSnapshot().phase).toBe('ready');
  });

  it('refuses another manifest at the version that the vault names', async () => {
    const { person, test: first } = await signedUp();
    let forged: Account | null = null;
    const { test, tap, registered } = await newDevice(person, (account) => forged ?? account);
    forged = await fork(first, person, await accountOf(first, person));

    const { chatPassword } = person;
    await expect(test.client.unlock({ chatPassword })).rejects.toMatchObject({ code: 'rollback' });

    expect(registered).toEqual([]);
    delete tap.onAnswer;
    await test.client.unlock({ chatPassword });
  });

  it('finds none of it empty', async () => {
    const { person } = await signedUp();
    const { test } = await newDevice(person, () => ({ manifests: [], devices: [] }));

    const { chatPassword } = person;
    await expect(test.client.unlock({ chatPassword })).rejects.toMatchObject({ code: 'rollback' });
  });
});

async function accountOf(test: TestClient, person: TestPerson): Promise<Account> {
  const { context } = await openParts({ test, person, relayUrl: world.url });
  const { manifests, devices } = await context.http.call('getAccount', {});
  return {
    devices,
    manifests: manifests.map(({ version, body, signature }) => ({
      version,
      body: toBase64Url(body),
      signature: toBase64Url(signature),
    })),
  };
}

describe('a device', () => {
  it('that was away notices a chain below the anchor, shows it, and signs nothing', async () => {
    const { person, test, tap } = await signedUp();
    // With oneself: a chat as any other.
    const chatId = await startChatWith(test.client, person.handle);
    const published: string[] = [];
    tap.onRequest = (route) => {
      if (route === 'POST /api/devices/manifests') published.push(route);
    };
    await test.client.setOnline({ online: false });
    await addDevice(world, person);
    await vi.waitFor(async () => expect(await vaultVersion(person.handle)).toBe(3), {
      timeout: 10_000,
    });
    // The chain as this device knows it; the newer vault is shown.
    tap.onAnswer = (route, answer) => {
      if (!route.startsWith('GET /api/people/')) return answer;
      const { manifests } = answer as Account;
      return { manifests: manifests.filter(({ version }) => version === 1), headVersion: 1 };
    };

    await test.client.setOnline({ online: true });

    await until(test.client.devices, ({ alarm }) => alarm === 'rollback');
    const deviceId = await deviceIdOf(test);
    await expect(test.client.renameDevice({ deviceId, name: 'x' })).rejects.toMatchObject({
      code: 'rollback',
    });
    expect(published).toEqual([]);
    const state = await until(test.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    expect(state.canSend).toBe(false);
    await expect(test.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    delete tap.onAnswer;
    await test.client.setOnline({ online: false });
    await test.client.setOnline({ online: true });
    await until(
      test.client.devices,
      ({ alarm, devices }) => alarm === null && devices.length === 2,
    );
    const { id } = await test.client.sendText({ chatId, text: 'goes on' });
    await untilDelivery(test.client, chatId, id, 'sent');
  });

  it('takes a chat password over that was changed elsewhere, and opens with it offline', async () => {
    const { person, test } = await signedUp();
    const other = await addDevice(world, person);

    await other.client.changeChatPassword({
      current: person.chatPassword,
      next: 'quite new words',
    });

    const changed = await vaultVersion(person.handle);
    const record = () => {
      const rows = [...(test.disk.get('device') ?? [])];
      const found = rows.find(([key]) => key.endsWith('/record'))?.[1] ?? Buffer.from('{}');
      return JSON.parse(Buffer.from(found).toString()) as { vaultVersion: number };
    };
    await vi.waitFor(() => expect(record().vaultVersion).toBeGreaterThanOrEqual(changed), {
      timeout: 10_000,
    });
    await test.client.setOnline({ online: false });
    await test.client.lock();
    await expect(test.client.unlock({ chatPassword: person.chatPassword })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });
    await test.client.unlock({ chatPassword: 'quite new words' });
  });

  it('exchanges its sealing keys after 90 days, on disk before anybody hears of them', async () => {
    const { person, test } = await signedUp();
    const partsOf = () => openParts({ test, person, relayUrl: world.url });
    const keysOf = async () => (await partsOf()).context.keys.sealing.map(({ hybrid }) => hybrid);
    const [before] = await keysOf();
    await world.close(test);
    const { transport, tap } = createTappedTransport();
    const clock = createSteppableClock();
    clock.setWallClock(91 * dayMs);
    let lost = 0;
    tap.onRequest = (route) => {
      if (route !== 'POST /api/devices/manifests' || lost > 0) return;
      lost += 1;
      throw new TypeError('lost');
    };
    const { disk } = test;
    const again = world.client({ disk, clock, transport });
    await until(again.client.session, ({ phase }) => phase === 'locked');

    await again.client.unlock({ chatPassword: person.chatPassword });
    await vi.waitFor(() => expect(lost).toBe(1), { timeout: 10_000 });
    const [next, former] = await keysOf();
    expect(former).toEqual(before);
    expect(next).not.toEqual(before);
    await again.client.setOnline({ online: false });
    await again.client.setOnline({ online: true });

    await vi.waitFor(
      async () => {
        const { context, trust } = await partsOf();
        const own = await trust.refresh(context.userId);
        expect(own.devices[0]?.hybridKey).toEqual(next?.publicKey);
        expect(own.version).toBe(2);
      },
      { timeout: 10_000, interval: 300 },
    );
    expect(await keysOf()).toEqual([next, before]);
  });
});
