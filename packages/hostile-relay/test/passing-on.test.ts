import { startChatWith, until, untilTexts } from '@sotto/client/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lost } from '../src/index.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld } from './lied-to.ts';

let world: LiedToWorld;
beforeAll(async () => {
  world = await startLiedToWorld();
});
afterAll(() => world.stop());

describe('a hostile relay', () => {
  it('that tells the truth is not noticed', async () => {
    const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
    const chatId = await startChatWith(ann.client, ben.person.handle);

    await ann.client.sendText({ chatId, text: 'through two liars' });
    await until(ben.client.chats, ({ chats }) => chats.length === 1);

    await untilTexts(ben.client, chatId, ['through two liars']);
    expect(ann.liar.heard().includes('message:send')).toBe(true);
  });

  it('can lose an acknowledgement, which costs a repeat and no message', async () => {
    const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
    const chatId = await startChatWith(ann.client, ben.person.handle);
    let losses = 0;
    ann.liar.script.onAcknowledgement = (name, _body, answer) => {
      if (name !== 'message:send' || losses > 0) return answer;
      losses += 1;
      ann.liar.cut();
      return lost;
    };

    await ann.client.sendText({ chatId, text: 'once' });
    await until(ann.client.connection, ({ status }) => status === 'offline');
    ann.clock.advance(60_000);

    await untilTexts(ben.client, chatId, ['once']);
    await until(ann.client.chat(chatId), ({ messages }) =>
      messages.every(({ delivery }) => delivery !== 'queued'),
    );
    expect(losses).toBe(1);
  });
});
