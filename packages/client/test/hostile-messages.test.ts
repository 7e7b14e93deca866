import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatWith, until, untilTexts } from '../src/testing/index.ts';
import { flipped, meet, rewriteMessages } from './support/hostile.ts';
import type { Envelope, Page } from './support/hostile.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

describe('a relay that edits messages', () => {
  /** Ann sends three messages while Ben is away; Ben then gets what the relay makes of them. */
  async function threeMessages(edit: (messages: Envelope[], other: string) => Envelope[]) {
    const { a, b, ben, tap } = await meet(world);
    const chatId = await startChatWith(a.client, ben.handle);
    await until(b.client.chat(chatId), ({ canSend }) => canSend);
    const other = (await until(a.client.chat(chatId), ({ partner }) => partner !== null)).partner;
    await b.client.setOnline({ online: false });
    for (const text of ['one', 'two', 'three']) await a.client.sendText({ chatId, text });
    await until(a.client.chat(chatId), ({ messages }) => messages.at(-1)?.seq === 3);
    rewriteMessages(tap, (messages) => edit(messages, other?.userId ?? ''));
    await b.client.setOnline({ online: true });
    return { b, chatId };
  }

  it.each<[string, (messages: Envelope[], other: string) => Envelope[]]>([
    ['another sender', (all, other) => all.map((one) => ({ ...one, senderId: other }))],
    [
      'another device',
      (all) => all.map((one) => ({ ...one, senderDeviceId: crypto.randomUUID() })),
    ],
    ['another id', (all) => all.map((one) => ({ ...one, clientId: crypto.randomUUID() }))],
    [
      'a changed byte',
      (all) => all.map((one) => ({ ...one, ciphertext: flipped(one.ciphertext) })),
    ],
  ])('shows %s as altered', async (_name, edit) => {
    const { b, chatId } = await threeMessages(edit);

    const state = await untilTexts(b.client, chatId, ['<altered>', '<altered>', '<altered>']);
    expect(state.messages).toHaveLength(3);
  });

  it('shows what is cut short as malformed', async () => {
    const { b, chatId } = await threeMessages((all) =>
      all.map((one) => ({ ...one, ciphertext: one.ciphertext.subarray(0, 40) })),
    );

    const state = await untilTexts(b.client, chatId, ['<malformed>', '<malformed>', '<malformed>']);
    expect(state.missing).toBe(0);
  });

  it('shows a replay under new numbers once', async () => {
    const { b, chatId } = await threeMessages((all) => {
      const copies = Array.from({ length: 100 }, () => all).flat();
      const from = all[0]?.seq ?? 1;
      return copies.slice(0, 200).map((one, at) => ({ ...one, seq: from + at }));
    });

    const state = await untilTexts(b.client, chatId, ['one', 'two', 'three']);
    expect(state.missing).toBe(0);
  });

  it('shows that one was dropped', async () => {
    const { b, chatId } = await threeMessages((all) =>
      all.filter(({ seq }) => seq !== 2).map((one) => (one.seq === 3 ? { ...one, seq: 2 } : one)),
    );

    const state = await untilTexts(b.client, chatId, ['one', 'three']);
    expect(state.missing).toBe(1);
  });

  it('goes on behind a number that is withheld, and says that one is missing', async () => {
    const { b, chatId } = await threeMessages((all) => all.filter(({ seq }) => seq !== 2));

    const state = await untilTexts(b.client, chatId, ['one', 'three']);
    expect(state.missing).toBe(1);
  });

  it('shows that the order was changed', async () => {
    const { b, chatId } = await threeMessages((all) => {
      const [one, two, three] = all;
      return one && two && three ? [{ ...two, seq: 1 }, { ...one, seq: 2 }, three] : all;
    });

    const state = await untilTexts(b.client, chatId, ['two', 'one', 'three']);
    expect(state.missing).toBe(1);
  });

  it('cannot make an own message look delivered or read', async () => {
    const { a, b, ann, tap } = await meet(world);
    const chatId = await startChatWith(b.client, ann.handle);
    tap.onEvent = (name, body) => {
      if (name !== 'receipt:new') return [body];
      const receipt = body as { ciphertext: Uint8Array };
      return [{ ...receipt, ciphertext: flipped(receipt.ciphertext) }];
    };
    tap.onAcknowledgement = (name, _request, answer) =>
      name === 'message:sync'
        ? { ok: true, data: { ...(answer as Page).data, receipts: [] } }
        : answer;
    const { id } = await b.client.sendText({ chatId, text: 'hello' });
    await untilTexts(a.client, chatId, ['hello']);
    await a.client.markRead({ chatId, seq: 1 });
    await until(b.client.chat(chatId), ({ messages }) => messages[0]?.delivery === 'sent');

    await expect(
      until(
        b.client.chat(chatId),
        ({ messages }) => messages.some((one) => one.id === id && one.delivery !== 'sent'),
        1500,
      ),
    ).rejects.toThrow('still not as wanted');
  });
});
