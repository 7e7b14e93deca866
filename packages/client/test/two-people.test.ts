import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilDelivery,
  untilTexts,
} from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

describe('two people', () => {
  it('sign up with different chat passwords, find each other and talk both ways', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client().client, world.client().client];
    await Promise.all([signUpFully(a, ann), signUpFully(b, ben)]);

    const chatId = await startChatWith(a, `@${ben.handle.toUpperCase()}`);
    const stopWatching = [
      a.chat(chatId).subscribe(() => undefined),
      b.chat(chatId).subscribe(() => undefined),
    ];
    const { id } = await a.sendText({ chatId, text: 'Hello Ben' });
    await untilTexts(b, chatId, ['Hello Ben']);
    await untilDelivery(a, chatId, id, 'delivered');
    await b.markRead({ chatId, seq: 1 });
    await untilDelivery(a, chatId, id, 'read');
    await b.sendText({ chatId, text: 'Hello Ann' });
    const state = await untilTexts(a, chatId, ['Hello Ben', 'Hello Ann']);

    expect(state).toMatchObject({
      partner: { handle: ben.handle },
      trust: 'unchecked',
      canSend: true,
      missing: 0,
    });
    for (const stop of stopWatching) stop();
  });

  it('a person who is offline queues three messages, which arrive once and in order', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client().client, world.client().client];
    await Promise.all([signUpFully(a, ann), signUpFully(b, ben)]);
    const chatId = await startChatWith(a, ben.handle);
    await a.setOnline({ online: false });

    for (const text of ['one', 'two', 'three']) await a.sendText({ chatId, text });
    const queued = await untilTexts(a, chatId, ['one', 'two', 'three']);
    expect(queued.messages.map(({ delivery }) => delivery)).toEqual(['queued', 'queued', 'queued']);
    await a.setOnline({ online: true });

    await untilTexts(b, chatId, ['one', 'two', 'three']);
    const sent = await until(a.chat(chatId), ({ messages }) => messages.at(-1)?.seq === 3);
    expect(sent.messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('an empty installation reads the whole history from the chat password alone', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client().client, world.client().client];
    await Promise.all([signUpFully(a, ann), signUpFully(b, ben)]);
    const chatId = await startChatWith(a, ben.handle);
    const texts = Array.from({ length: 60 }, (_, index) => `message ${index}`);
    await b.setOnline({ online: false });
    for (const text of texts) await a.sendText({ chatId, text });
    await b.setOnline({ online: true });
    await until(a.chats, ({ chats }) => chats[0]?.lastMessage?.delivery === 'delivered');

    const third = world.client({ deviceName: 'third' }).client;
    await until(third.session, ({ phase }) => phase === 'signedOut');
    await third.signIn({ email: ann.email, password: ann.password });
    expect(third.session.getSnapshot()).toMatchObject({
      phase: 'newDevice',
      profile: { handle: ann.handle },
    });
    await third.unlock({ chatPassword: ann.chatPassword });
    await until(third.chats, ({ chats }) => chats.length === 1);
    const stop = third.chat(chatId).subscribe(() => undefined);
    const recent = await until(
      third.chat(chatId),
      ({ messages }) => messages.length === 50 && messages.at(-1)?.seq === 60,
    );
    expect(recent.hasOlder).toBe(true);
    await third.loadOlder({ chatId });
    const all = await until(third.chat(chatId), ({ messages }) => messages.length === 60);

    expect(textsOf(all)).toEqual(texts);
    expect(all).toMatchObject({ hasOlder: false, missing: 0 });
    await third.sendText({ chatId, text: 'from the third' });
    const seen = await until(a.chat(chatId), ({ messages }) => messages.at(-1)?.seq === 61);
    expect(seen.messages.at(-1)).toMatchObject({ own: true, body: { text: 'from the third' } });
    stop();
  });
});
