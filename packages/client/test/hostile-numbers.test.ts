import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startChatWith, textsOf, until, untilTexts } from '../src/testing/index.ts';
import { flipped, meet } from './support/hostile.ts';
import type { Envelope, Page } from './support/hostile.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import type { WireTap } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** Edits whole pages, newest number included. */
function rewritePages(tap: WireTap, edit: (page: Page['data']) => Partial<Page['data']>): void {
  tap.onEvent = (name, body) => (name === 'message:new' ? [] : [body]);
  tap.onAcknowledgement = (name, _request, answer) => {
    const page = answer as Page;
    if (name !== 'message:sync' || !page.ok) return answer;
    return { ok: true, data: { ...page.data, ...edit(page.data) } };
  };
}

async function chatOfTwo() {
  const pair = await meet(world);
  const { a, b, ben } = pair;
  const chatId = await startChatWith(a.client, ben.handle);
  await until(b.client.chat(chatId), ({ canSend }) => canSend);
  const stopWatching = b.client.chat(chatId).subscribe(() => undefined);
  return { ...pair, chatId, stopWatching };
}

describe('a relay that was set back', () => {
  it('is noticed by its lower newest number, shown, and shown no more once it holds again', async () => {
    const { a, b, chatId, tap } = await chatOfTwo();
    for (const text of ['one', 'two']) await a.client.sendText({ chatId, text });
    await untilTexts(b.client, chatId, ['one', 'two']);
    rewritePages(tap, () => ({ messages: [], headSeq: 1 }));
    await b.client.setOnline({ online: false });
    await b.client.setOnline({ online: true });

    const state = await until(b.client.chat(chatId), ({ rewound }) => rewound === true);
    expect(textsOf(state)).toEqual(['one', 'two']);

    delete tap.onAcknowledgement;
    await b.client.setOnline({ online: false });
    await b.client.setOnline({ online: true });
    await until(b.client.chat(chatId), ({ rewound }) => rewound !== true);
  });

  it('is noticed when it gives a number anew, and the message there counts as missing', async () => {
    const { a, b, chatId, tap } = await chatOfTwo();
    for (const text of ['one', 'two']) await a.client.sendText({ chatId, text });
    await untilTexts(b.client, chatId, ['one', 'two']);
    tap.onEvent = (name, body) =>
      name === 'message:new' ? [{ ...(body as Envelope), seq: 2 }] : [body];

    await a.client.sendText({ chatId, text: 'after the backup' });

    const state = await until(b.client.chat(chatId), ({ missing }) => missing > 0);
    expect(state).toMatchObject({ rewound: true, missing: 1 });
    expect(textsOf(state)).toEqual(['one', 'two']);
  });

  it('cannot put the log out of use with a number far away', async () => {
    const { a, b, chatId, tap } = await chatOfTwo();
    let pages = 0;
    rewritePages(tap, ({ messages }) => {
      pages += 1;
      const far = Number.MAX_SAFE_INTEGER - 1;
      return { messages: messages.map((one) => ({ ...one, seq: far })), headSeq: far };
    });
    await b.client.setOnline({ online: false });
    await a.client.sendText({ chatId, text: 'hello' });
    await until(a.client.chat(chatId), ({ messages }) => messages.at(-1)?.seq === 1);
    await b.client.setOnline({ online: true });
    await vi.waitFor(() => expect(pages).toBeGreaterThan(0), { timeout: 10_000 });
    await until(b.client.chat(chatId), ({ missing }) => missing === 0);

    tap.onAcknowledgement = (_name, _request, answer) => answer;
    b.clock.advance(31_000);
    await b.client.setOnline({ online: false });
    await b.client.setOnline({ online: true });

    const state = await untilTexts(b.client, chatId, ['hello']);
    expect(state.missing).toBe(0);
  });
});

describe('a relay that forges', () => {
  it('cannot take a queued message away by delivering something under its id', async () => {
    const { a, b, chatId, tap } = await chatOfTwo();
    let sent = false;
    let refuse = true;
    // From the first request on: the partner's receipt makes this device ask for what it has sent.
    tap.onAcknowledgement = (name, _request, answer) => {
      const page = answer as Page;
      if (name === 'message:send' && refuse) {
        sent = true;
        return { ok: false, error: { code: 'unavailable' } };
      }
      if (name !== 'message:sync' || !page.ok) return answer;
      const messages = page.data.messages.map((one) => ({
        ...one,
        ciphertext: flipped(new Uint8Array(one.ciphertext)),
      }));
      return { ok: true, data: { ...page.data, messages } };
    };
    const { id } = await b.client.sendText({ chatId, text: 'mine' });
    await vi.waitFor(() => expect(sent).toBe(true), { timeout: 10_000 });
    await b.client.setOnline({ online: false });
    await b.client.setOnline({ online: true });
    const forged = await until(b.client.chat(chatId), ({ missing }) => missing === 1);
    expect(forged.messages).toMatchObject([{ id, body: { kind: 'text', text: 'mine' } }]);

    refuse = false;
    await untilTexts(a.client, chatId, ['mine']);
    await untilTexts(b.client, chatId, ['mine']);
  });

  it('cannot hide a message behind a corrupt copy that it sends ahead', async () => {
    const { a, b, chatId, tap } = await chatOfTwo();
    await b.client.setOnline({ online: false });
    await a.client.sendText({ chatId, text: 'the real one' });
    await until(a.client.chat(chatId), ({ messages }) => messages.at(-1)?.seq === 1);
    rewritePages(tap, ({ messages }) => ({
      messages: messages.flatMap((one) => [
        { ...one, ciphertext: flipped(new Uint8Array(one.ciphertext)) },
        { ...one, seq: one.seq + 1 },
      ]),
      headSeq: 2,
    }));
    await b.client.setOnline({ online: true });

    const { messages } = await untilTexts(b.client, chatId, ['<altered>', 'the real one']);
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
