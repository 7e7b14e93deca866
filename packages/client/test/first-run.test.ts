import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientError, createMemoryStorage } from '../src/index.ts';
import type { MemoryDisk, SottoEngine, StoragePort } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until } from '../src/testing/index.ts';
import type { TestPerson } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;
let friend: TestPerson;

beforeAll(async () => {
  world = await startTestWorld();
  friend = makePerson('friend');
  await signUpFully(world.client().client, friend);
});
afterAll(() => world?.stop());

/** Goes on from wherever the client stands, as a person would, until it is ready. */
async function finish(client: SottoEngine, person: TestPerson): Promise<void> {
  const { email, password, handle, displayName, chatPassword } = person;
  await until(client.session, ({ phase }) => phase !== 'starting');
  for (let turn = 0; turn < 8; turn += 1) {
    const state = client.session.getSnapshot();
    switch (state.phase) {
      case 'ready':
        return;
      case 'signedOut':
        await client
          .signIn({ email, password })
          .catch(async () => await client.signUp({ email, password }));
        break;
      case 'setup':
        if (state.step === 'profile') {
          await client.createProfile({ handle, displayName });
        } else {
          const { recoveryKey } = await client.setChatPassword({ chatPassword });
          const [text = ''] = recoveryKey.split('-');
          await client.confirmRecoveryKey({ groups: [{ index: 0, text }] });
        }
        break;
      case 'newDevice':
      case 'locked':
        await client.unlock({ chatPassword });
        break;
      case 'secondFactor':
      case 'starting':
      case 'failed':
        throw new Error(JSON.stringify(state));
    }
  }
}

/** After whatever happened: the person is in, alone on one device or two, and can write to a friend. */
async function expectWhole(client: SottoEngine): Promise<void> {
  expect(client.session.getSnapshot().phase).toBe('ready');
  const chatId = await startChatWith(client, friend.handle);
  const { id } = await client.sendText({ chatId, text: 'I am in' });
  await until(client.chat(chatId), ({ messages }) =>
    messages.some((message) => message.id === id && message.seq !== null),
  );
}

const requests = [
  'POST /auth/v1/signup',
  'GET /api/account',
  'PUT /api/account/profile',
  'PUT /api/account/vault',
  'POST /api/devices',
];

describe('first run goes on where it stopped when the program ends', () => {
  it.each(requests)('before %s reaches the relay', async (route) => {
    await expect(stopAt(route, 'before')).resolves.toBe('whole');
  });

  it.each(requests)('after %s was done but before its answer came', async (route) => {
    await expect(stopAt(route, 'after')).resolves.toBe('whole');
  });

  async function stopAt(route: string, when: 'before' | 'after'): Promise<'whole'> {
    const person = makePerson('ann');
    const { transport, tap } = createTappedTransport();
    let stopped = false;
    const stop = (passing: string) => {
      if (passing !== route || stopped) return;
      stopped = true;
      throw new TypeError('the network is gone');
    };
    if (when === 'before') tap.onRequest = stop;
    else {
      tap.onAnswer = (passing, answer) => {
        stop(passing);
        return answer;
      };
    }
    const first = world.client({ transport });

    await expect(finish(first.client, person)).rejects.toBeInstanceOf(ClientError);
    expect(stopped).toBe(true);
    await world.close(first);
    const second = world.client({ disk: first.disk });
    await finish(second.client, person);

    await expectWhole(second.client);
    await world.close(second);
    return 'whole';
  }
});

describe('first run goes on where it stopped when a write to the disk fails', () => {
  it.each([1, 2, 3, 4, 5, 6])('number %i', async (number) => {
    const person = makePerson('ann');
    const disk: MemoryDisk = new Map();
    let writes = 0;
    const failing = async (): Promise<StoragePort> => {
      const storage = createMemoryStorage(disk);
      return {
        ...storage,
        async write(batch) {
          writes += 1;
          if (writes >= number) throw new ClientError('storage_full');
          await storage.write(batch);
        },
      };
    };
    const first = world.client({ disk, openStorage: failing });

    const failure = await finish(first.client, person).then(
      () => null,
      (error: unknown) => (error as ClientError).code,
    );
    expect([null, 'storage_full']).toContain(failure);
    await world.close(first);
    const second = world.client({ disk });
    await finish(second.client, person);

    await expectWhole(second.client);
    await world.close(second);
  });
});

it('refuses a recovery key that was not written down', async () => {
  const person = makePerson('ann');
  const { client } = world.client();
  await until(client.session, ({ phase }) => phase === 'signedOut');
  await client.signUp({ email: person.email, password: person.password });
  await client.createProfile({ handle: person.handle, displayName: person.displayName });
  await client.setChatPassword({ chatPassword: person.chatPassword });

  for (const groups of [[], [{ index: 3, text: 'AAAA' }], [{ index: 99, text: '' }]]) {
    await expect(client.confirmRecoveryKey({ groups })).rejects.toMatchObject({
      code: 'recovery_key_mismatch',
    });
  }
  expect(client.session.getSnapshot()).toMatchObject({ phase: 'setup', step: 'recoveryKey' });
});

it('says what is wrong with what was typed', async () => {
  const person = makePerson('ann');
  const { client } = world.client();
  await until(client.session, ({ phase }) => phase === 'signedOut');
  const { email, password } = person;

  await expect(client.signIn({ email, password })).rejects.toMatchObject({
    code: 'invalid_credentials',
  });
  await expect(client.signUp({ email, password: '1' })).rejects.toMatchObject({
    code: 'weak_password',
  });
  await expect(client.signUp({ email: 'nobody', password })).rejects.toMatchObject({
    code: 'email_invalid',
  });
  await client.signUp({ email, password });
  const { displayName } = person;
  await expect(client.createProfile({ handle: 'A b', displayName })).rejects.toMatchObject({
    code: 'handle_invalid',
  });
  await expect(
    client.createProfile({ handle: person.handle, displayName: ' ' }),
  ).rejects.toMatchObject({ code: 'name_invalid' });
  await expect(client.createProfile({ handle: friend.handle, displayName })).rejects.toMatchObject({
    code: 'handle_taken',
  });
  await client.createProfile({ handle: person.handle, displayName });
  for (const chatPassword of ['short', 'password', '12345678'])
    await expect(client.setChatPassword({ chatPassword })).rejects.toMatchObject({
      code: 'weak_password',
    });
  await expect(client.setChatPassword({ chatPassword: person.password })).rejects.toMatchObject({
    code: 'same_password',
  });
});
