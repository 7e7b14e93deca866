import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilTexts,
} from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;
let [ann, ben]: TestPerson[] = [];
let a: TestClient;
let b: TestClient;

beforeAll(async () => {
  world = await startTestWorld();
  ann = makePerson('ann');
  ben = makePerson('ben');
  a = world.client();
  b = world.client();
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
});
afterAll(() => world?.stop());

const handleOf = (person: TestPerson | undefined): string => person?.handle ?? '';

describe('a chat', () => {
  it('that both start at the same moment is one chat, and both can write in it', async () => {
    const [here, there] = await Promise.all([
      startChatWith(a.client, handleOf(ben)),
      startChatWith(b.client, handleOf(ann)),
    ]);

    expect(here).toBe(there);
    await until(b.client.chat(here), ({ canSend }) => canSend);
    await a.client.sendText({ chatId: here, text: 'from Ann' });
    await untilTexts(b.client, here, ['from Ann']);
    await b.client.sendText({ chatId: here, text: 'from Ben' });
    await untilTexts(a.client, here, ['from Ann', 'from Ben']);
  });

  it('is the same one when it is started again', async () => {
    const first = await startChatWith(a.client, handleOf(ben));

    expect(await startChatWith(a.client, handleOf(ben))).toBe(first);
  });

  it('with oneself keeps notes', async () => {
    const chatId = await startChatWith(a.client, handleOf(ann));
    await a.client.sendText({ chatId, text: 'buy apples' });

    const state = await until(a.client.chat(chatId), ({ messages }) => messages[0]?.seq === 1);

    expect(textsOf(state)).toEqual(['buy apples']);
    expect(state).toMatchObject({ partner: { handle: handleOf(ann) }, canSend: true });
  });

  it('counts what is unread, marks where it begins, and forgets it once read', async () => {
    const chatId = await startChatWith(a.client, handleOf(ben));
    const before = await until(b.client.chat(chatId), ({ status }) => status === 'ready');
    await b.client.markRead({ chatId, seq: before.messages.length });
    for (const text of ['x', 'y', 'z']) await a.client.sendText({ chatId, text });
    const from = before.messages.length + 1;

    const unreadOf = () => b.client.chats.getSnapshot().chats.find((one) => one.chatId === chatId);
    await until(b.client.chats, () => unreadOf()?.unread === 3);
    const opened = await until(
      b.client.chat(chatId),
      ({ firstUnreadSeq }) => firstUnreadSeq !== null,
    );
    expect(opened.firstUnreadSeq).toBe(from);
    await b.client.markRead({ chatId, seq: from + 1 });
    expect(unreadOf()?.unread).toBe(1);
    await b.client.markRead({ chatId, seq: from + 2 });
    await b.client.markRead({ chatId, seq: 1 });

    await until(b.client.chats, () => unreadOf()?.unread === 0);
    expect(
      (await until(b.client.chat(chatId), ({ readSeq }) => readSeq === from + 2)).readSeq,
    ).toBe(from + 2);
  });

  it('refuses what cannot be sent', async () => {
    const chatId = await startChatWith(a.client, handleOf(ben));
    const nowhere = crypto.randomUUID() as typeof chatId;

    await expect(a.client.sendText({ chatId, text: ' \n ' })).rejects.toMatchObject({
      code: 'empty',
    });
    await expect(
      a.client.sendText({ chatId, text: 'é'.repeat(8 * 1024 + 1) }),
    ).rejects.toMatchObject({ code: 'too_large' });
    await expect(a.client.sendText({ chatId: nowhere, text: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect((await until(a.client.chat(nowhere), ({ status }) => status !== 'loading')).status).toBe(
      'not_found',
    );
    await expect(a.client.findPerson({ handle: 'nobody_at_all' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(a.client.findPerson({ handle: '§' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('carries the largest text there may be, and any character', async () => {
    const chatId = await startChatWith(a.client, handleOf(ben));
    const texts = ['é'.repeat(8 * 1024), '👩‍👩‍👧 \u202eabc <b>&amp;</b> \u0000 العربية'];
    for (const text of texts) await a.client.sendText({ chatId, text });

    const state = await until(b.client.chat(chatId), (one) => textsOf(one).at(-1) === texts.at(-1));

    expect(textsOf(state).slice(-2)).toEqual(texts);
  });

  it('keeps a draft until its text is sent', async () => {
    const chatId = await startChatWith(a.client, handleOf(ben));
    const draftOf = () => a.client.chats.getSnapshot().chats.find((one) => one.chatId === chatId);
    await a.client.saveDraft({ chatId, text: 'almost' });
    await until(a.client.chats, () => draftOf()?.hasDraft === true);

    await a.client.sendText({ chatId, text: 'almost' });

    await until(a.client.chats, () => draftOf()?.hasDraft === false);
    expect((await until(a.client.chat(chatId), ({ status }) => status === 'ready')).draft).toBe('');
  });
});
