import { describe, expect, it } from 'vitest';
import { ClientError } from '../client-error.ts';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import type { MemoryDisk } from '../storage/memory-storage.ts';
import { createTestClient, createTestClock, until } from '../testing/index.ts';

const unreachable = {
  fetch: () => Promise.reject(new TypeError('no network')),
  openSocket: () => {
    throw new TypeError('no network');
  },
};

const start = (openStorage = async () => createMemoryStorage()) =>
  createTestClient({
    relayUrl: 'http://relay.example',
    clock: createTestClock(),
    transport: unreachable,
    openStorage,
  });

describe('the engine', () => {
  it('starts signed out on a fresh installation and refuses what needs an account', async () => {
    const { client } = start();
    expect(client.session.getSnapshot()).toEqual({ phase: 'starting' });
    await until(client.session, ({ phase }) => phase === 'signedOut');

    const chatPassword = 'a chat password';
    await expect(client.unlock({ chatPassword })).rejects.toMatchObject({ code: 'signed_out' });
    await expect(client.setChatPassword({ chatPassword })).rejects.toMatchObject({
      code: 'signed_out',
    });
    await expect(client.findPerson({ handle: 'ann' })).rejects.toMatchObject({
      code: 'signed_out',
    });
  });

  it('says that it is offline, and can be tried again', async () => {
    const { client } = start();
    await until(client.session, ({ phase }) => phase === 'signedOut');

    for (let tries = 0; tries < 2; tries += 1) {
      await expect(
        client.signIn({ email: 'ann@example.org', password: 'x' }),
      ).rejects.toMatchObject({ code: 'offline' });
    }
    expect(client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
  });

  it('says so when there is no storage', async () => {
    const { client } = start(() => Promise.reject(new ClientError('storage_unavailable')));

    expect(await until(client.session, ({ phase }) => phase !== 'starting')).toEqual({
      phase: 'failed',
      code: 'storage_unavailable',
    });
  });

  it('says so when the record on disk cannot be read', async () => {
    const disk: MemoryDisk = new Map();
    const userId = '00000000-0000-4000-8000-000000000001';
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)) as never;
    disk.set(
      'device',
      new Map([
        ['current', text({ userId })],
        [`${userId}/record`, text({ format: 2 })],
      ]),
    );
    const { client } = start(async () => createMemoryStorage(disk));

    expect(await until(client.session, ({ phase }) => phase !== 'starting')).toEqual({
      phase: 'failed',
      code: 'internal',
    });
  });

  it('judges passwords and suggests one without a network', async () => {
    const { client } = start();

    expect(await client.estimatePassword({ password: 'abc' })).toEqual({
      score: 0,
      warning: 'too_short',
    });
    const suggested = await client.suggestPassphrase();
    expect((await client.estimatePassword({ password: suggested })).score).toBe(4);
    expect(await client.suggestPassphrase()).not.toBe(suggested);
  });

  it('gives the same store for the same chat', () => {
    const { client } = start();
    const id = '00000000-0000-4000-8000-000000000009' as never;

    expect(client.chat(id)).toBe(client.chat(id));
    expect(client.chat(id).getSnapshot().status).toBe('loading');
  });
});
