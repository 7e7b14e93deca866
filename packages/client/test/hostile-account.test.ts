import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromBase64Url, systemRandom, toBase64Url } from '@sotto/crypto';
import { createNetworkTransport } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { flipped, meet } from './support/hostile.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

/** The parts of an account's answer that a hostile relay plays with. */
interface Account {
  vault: { version: number; passwordWrap: string; body: string } | null;
  manifests: unknown[];
}

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const flip = (text: string) => toBase64Url(flipped(fromBase64Url(text)));

const rowsOf = ({ disk }: TestClient) =>
  [...disk].flatMap(([table, rows]) => [...rows.keys()].map((key) => `${table} ${key}`));

async function signedUp() {
  const person = makePerson('ann');
  const { transport, tap } = createTappedTransport();
  const test = world.client({ transport });
  await signUpFully(test.client, person);
  return { person, test, tap };
}

describe('locking while the chat password changes', () => {
  it('publishes no vault that was sealed under an overwritten key', async () => {
    const person = makePerson('ann');
    const { transport, tap } = createTappedTransport();
    let armed = false;
    const test = world.client({
      transport,
      random: (length) => {
        // The salt of the new password: the vault key is sealed a key derivation later.
        if (armed && length === 32) void test.client.lock();
        return systemRandom(length);
      },
    });
    const published: string[] = [];
    tap.onRequest = (route, body) => {
      if (route === 'PUT /api/account/vault') published.push(body ?? '');
    };
    await signUpFully(test.client, person);
    // The first one, and the one that names the first manifest.
    await vi.waitFor(() => expect(published).toHaveLength(2), { timeout: 10_000 });
    published.length = 0;
    armed = true;

    await expect(
      test.client.changeChatPassword({
        current: person.chatPassword,
        next: 'another chat password',
      }),
    ).rejects.toMatchObject({ code: 'locked' });

    expect(published).toEqual([]);
    armed = false;
    await test.client.unlock({ chatPassword: person.chatPassword });
    expect(test.client.session.getSnapshot().phase).toBe('ready');
  });
});

describe('a relay that lies about the own account', () => {
  it('cannot have the device wiped and another vault made by denying the vault', async () => {
    const { person, test, tap } = await signedUp();
    await test.client.signOut({ scope: 'local' });
    const before = rowsOf(test);
    tap.onAnswer = (route, answer) =>
      route === 'GET /api/account' ? { ...(answer as Account), vault: null } : answer;

    await expect(
      test.client.signIn({ email: person.email, password: person.password }),
    ).rejects.toMatchObject({ code: 'rollback' });

    expect(test.client.session.getSnapshot().phase).toBe('signedOut');
    expect(rowsOf(test)).toEqual(before);
    delete tap.onAnswer;
    await test.client.signIn({ email: person.email, password: person.password });
    await test.client.unlock({ chatPassword: person.chatPassword });
  });

  it('cannot shut anybody out with a newer vault that does not open', async () => {
    const { person, test, tap } = await signedUp();
    await test.client.lock();
    tap.onAnswer = (route, answer) => {
      const { vault, ...rest } = answer as Account;
      if (route !== 'GET /api/account' || !vault) return answer;
      return { ...rest, vault: { ...vault, version: 9, passwordWrap: flip(vault.passwordWrap) } };
    };
    await expect(test.client.unlock({ chatPassword: 'not it, not it' })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });

    await test.client.unlock({ chatPassword: person.chatPassword });

    expect(test.client.session.getSnapshot().phase).toBe('ready');
  });

  it('cannot have the chain of manifests begun anew on a new device', async () => {
    const { person } = await signedUp();
    const { transport, tap } = createTappedTransport();
    const second = world.client({ transport });
    await until(second.client.session, ({ phase }) => phase === 'signedOut');
    const registered: unknown[] = [];
    tap.onAnswer = (route, answer) =>
      route === 'GET /api/account' ? { ...(answer as Account), manifests: [] } : answer;
    tap.onRequest = (route, body) => {
      if (route === 'POST /api/devices') registered.push(body);
    };

    await second.client.signIn({ email: person.email, password: person.password });
    await expect(second.client.unlock({ chatPassword: person.chatPassword })).rejects.toMatchObject(
      { code: 'rollback' },
    );
    expect(registered).toEqual([]);
  });
});

describe('signing out', () => {
  it('leaves no vault on the disk, also when an answer comes after it', async () => {
    const person = makePerson('ann');
    const network = createNetworkTransport();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let ties: 'passed on' | 'lost' | 'held' = 'passed on';
    let waiting = 0;
    const test = world.client({
      transport: {
        ...network,
        async fetch(input, init) {
          if (!input.endsWith('/session') || ties === 'passed on') {
            return await network.fetch(input, init);
          }
          if (ties === 'lost') {
            ties = 'held';
            throw new TypeError('lost');
          }
          const response = await network.fetch(input, init);
          waiting += 1;
          await held;
          waiting -= 1;
          return response;
        },
      },
    });
    await signUpFully(test.client, person);
    await test.client.signOut({ scope: 'local' });
    await test.client.signIn({ email: person.email, password: person.password });
    ties = 'lost';
    await test.client.unlock({ chatPassword: person.chatPassword });
    await vi.waitFor(() => expect(waiting).toBe(1), { timeout: 10_000 });

    await test.client.signOut({ scope: 'local' });
    release();
    await vi.waitFor(() => expect(waiting).toBe(0));
    await new Promise((resolve) => setTimeout(resolve, 100));

    const rows = [...(test.disk.get('device') ?? [])];
    const record = rows.find(([key]) => key.endsWith('/record'))?.[1] ?? Buffer.from('');
    expect(JSON.parse(Buffer.from(record).toString())).toMatchObject({ vault: null });
  });
});

describe('two people', () => {
  it('keep what is queued through signing out', async () => {
    const { a, b, ann, ben } = await meet(world);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.setOnline({ online: false });
    await a.client.sendText({ chatId, text: 'queued before signing out' });
    await a.client.signOut({ scope: 'local' });

    await a.client.setOnline({ online: true });
    await a.client.signIn({ email: ann.email, password: ann.password });
    await a.client.unlock({ chatPassword: ann.chatPassword });

    const { missing } = await untilTexts(b.client, chatId, ['queued before signing out']);
    expect(missing).toBe(0);
  });
});
