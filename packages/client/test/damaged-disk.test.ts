import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChatId } from '@sotto/protocol';
import { clientErrorCodes } from '../src/index.ts';
import type { ChatState, MemoryDisk } from '../src/index.ts';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilDelivery,
  untilTexts,
} from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;
let ann: TestPerson;
let chatId: ChatId;
let benId: string;
let whole: MemoryDisk;

/** A device with something in each table: a chat, its key, two messages, one queued, a draft. */
beforeAll(async () => {
  world = await startTestWorld();
  ann = makePerson('ann');
  const ben = makePerson('ben');
  const [a, b] = [world.client(), world.client()];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  chatId = await startChatWith(a.client, ben.handle);
  await a.client.sendText({ chatId, text: 'from Ann' });
  await untilTexts(b.client, chatId, ['from Ann']);
  await b.client.sendText({ chatId, text: 'from Ben' });
  const { partner } = await untilTexts(a.client, chatId, ['from Ann', 'from Ben']);
  benId = partner?.userId ?? '';
  await a.client.setOnline({ online: false });
  await a.client.sendText({ chatId, text: 'queued' });
  await a.client.saveDraft({ chatId, text: 'half a thought' });
  await world.close(a);
  await world.close(b);
  whole = a.disk;
});
afterAll(() => world?.stop());

/** The disk with one bit of one row changed, and a client on it. */
function startOnDamaged(table: string, keyPart: string): TestClient {
  let damaged = 0;
  const disk: MemoryDisk = new Map(
    [...whole].map(([name, rows]) => {
      const copies = [...rows].map(([key, value]) => {
        const copy = value.slice() as typeof value;
        if (name === table && key.includes(keyPart) && damaged === 0) {
          damaged += 1;
          const at = copy.length >> 1;
          copy[at] = (copy[at] ?? 0) ^ 0x80;
        }
        return [key, copy] as const;
      });
      return [name, new Map(copies)];
    }),
  );
  if (damaged === 0) throw new Error(`no row ${table} ${keyPart}`);
  return world.client({ disk });
}

async function unlocked(table: string, keyPart: string): Promise<TestClient> {
  const test = startOnDamaged(table, keyPart);
  await until(test.client.session, ({ phase }) => phase === 'locked');
  await test.client.unlock({ chatPassword: ann.chatPassword });
  test.client.chat(chatId).subscribe(() => undefined);
  return test;
}

async function sendsAgain({ client }: TestClient): Promise<ChatState> {
  const { canSend } = await until(client.chat(chatId), (state) => state.canSend);
  expect(canSend).toBe(true);
  const { id } = await client.sendText({ chatId, text: 'goes on' });
  await untilDelivery(client, chatId, id, 'sent');
  return client.chat(chatId).getSnapshot();
}

describe('one damaged bit', () => {
  it.each([
    ['chats', ''],
    ['keys', ''],
    ['drafts', ''],
    ['state', 'account'],
    ['state', 'listed'],
    ['state', 'counter/'],
    ['messages', '/i/'],
    ['device', '/tries'],
  ])('in %s %s is made good from what is left', async (table, keyPart) => {
    if (keyPart === '/tries') {
      const userId = [...(whole.get('device') ?? [])].flatMap(([key]) =>
        key.endsWith('/record') ? [key.split('/')[0] ?? ''] : [],
      )[0];
      whole.get('device')?.set(`${userId}/tries`, Buffer.from('{"wrong":0}') as never);
    }
    const test = await unlocked(table, keyPart);

    const state = await sendsAgain(test);

    expect(textsOf(state)).toEqual(expect.arrayContaining(['from Ann', 'from Ben', 'queued']));
    expect(state.missing).toBe(0);
    await world.close(test);
  });

  it.each([
    ['messages', '/s/'],
    ['outbox', ''],
  ])('in %s %s costs that message, which is shown as missing', async (table, keyPart) => {
    const test = await unlocked(table, keyPart);

    const state = await sendsAgain(test);

    expect(state.missing).toBe(1);
    await world.close(test);
  });

  it('in what is pinned of the partner stops sending instead of trusting anew', async () => {
    const test = await unlocked('state', `trust/${benId}`);

    const state = await until(test.client.chat(chatId), ({ trust }) => trust === 'doubtful');

    expect(state.canSend).toBe(false);
    await expect(test.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    await world.close(test);
  });

  it('in the auth session asks for the login again', async () => {
    const test = startOnDamaged('device', '/auth');
    await until(test.client.session, ({ phase }) => phase === 'locked');

    await expect(test.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'session_ended',
    });
    await test.client.signIn({ email: ann.email, password: ann.password });
    await test.client.unlock({ chatPassword: ann.chatPassword });

    expect(test.client.session.getSnapshot().phase).toBe('ready');
    await world.close(test);
  });

  it.each(['current', '/record'])('in device %s has a code, and erasing helps', async (keyPart) => {
    const test = startOnDamaged('device', keyPart);
    const { client } = test;
    const state = await until(client.session, ({ phase }) => phase !== 'starting');
    const failure: unknown = await client
      .unlock({ chatPassword: ann.chatPassword })
      .catch((reason: unknown) => reason);
    expect(state.phase).not.toBe('ready');
    expect(clientErrorCodes).toContain((failure as { code: unknown }).code);

    await client.eraseDevice();

    expect(client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
    expect([...test.disk.values()].flatMap((rows) => [...rows])).toEqual([]);
    await client.signIn({ email: ann.email, password: ann.password });
    await client.unlock({ chatPassword: ann.chatPassword });
    await until(client.chat(chatId), (chat) => textsOf(chat).includes('from Ben'));
    await world.close(test);
  });
});
