import { parseMessageHeader, toHex } from '@sotto/crypto';
import type { ChatId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Transport } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { addDevice, ciphertextsOf, deviceIdOf, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const waiting = { timeout: 20_000, interval: 250 };

/** Holds answers back until they are let go. */
function createDam(inner: Transport) {
  let release: () => void = () => undefined;
  let gate: Promise<void> | null = null;
  let match = (_route: string) => false;
  let held = 0;
  const transport: Transport = {
    ...inner,
    async fetch(input, init) {
      const response = await inner.fetch(input, init);
      if (gate && match(new URL(input).pathname)) {
        held += 1;
        await gate;
      }
      return response;
    },
  };
  return {
    transport,
    held: () => held,
    close(which: (route: string) => boolean) {
      match = which;
      gate = new Promise((resolve) => {
        release = resolve;
      });
    },
    open() {
      gate = null;
      release();
    },
  };
}

/** Ann with two devices and Ben, who have talked under the chat's first key. */
async function talk() {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const { transport, tap } = createTappedTransport();
  const dam = createDam(transport);
  const [a, b] = [world.client(), world.client({ transport: dam.transport })];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  const other = await addDevice(world, ann, { deviceName: 'the other one' });
  await a.client.sendText({ chatId, text: 'before' });
  for (const { client } of [a, b, other]) await untilTexts(client, chatId, ['before']);
  const otherId = await deviceIdOf(other);
  const removeOther = async () => {
    await a.client.removeDevice({ deviceId: otherId });
    await vi.waitFor(async () => expect(await epochsOf(chatId)).toHaveLength(2), waiting);
  };
  return { ben, a, b, chatId, tap, dam, removeOther };
}

const epochsOf = (chatId: ChatId) =>
  query<{ epoch: string; key_id: Buffer }>(
    world,
    'select epoch, key_id from public.chat_key_epochs where chat_id = $1',
    [chatId],
  );

/** The epoch that each message of the chat was encrypted under, in order. */
async function epochsUsed(chatId: ChatId): Promise<(number | undefined)[]> {
  const epochs = await epochsOf(chatId);
  return (await ciphertextsOf(world, chatId)).map((ciphertext) => {
    const keyId = toHex(parseMessageHeader(ciphertext).keyId);
    const found = epochs.find((one) => toHex(Uint8Array.from(one.key_id)) === keyId);
    return found && Number(found.epoch);
  });
}

/** The epochs of all messages, when the second one has arrived. */
async function untilSecond(chatId: ChatId, { clock }: TestClient) {
  await vi.waitFor(async () => {
    clock.advance(1_000);
    expect(await ciphertextsOf(world, chatId)).toHaveLength(2);
  }, waiting);
  return await epochsUsed(chatId);
}

async function reconnect({ client }: TestClient): Promise<void> {
  await client.setOnline({ online: true });
  await until(client.connection, ({ status }) => status === 'online');
}

const lost = (): never => {
  throw new TypeError('lost');
};

describe('under the key that a removed device knows nothing is sent', () => {
  it('after a reconnect, while what comes before the manifests gets no answer', async () => {
    const { b, chatId, tap, removeOther } = await talk();
    await b.client.setOnline({ online: false });
    await removeOther();
    tap.onRequest = (route) => {
      if (route === 'GET /api/account') lost();
    };
    await reconnect(b);
    await b.client.sendText({ chatId, text: 'after' });

    // Both people may renew: the epoch is a later one, which one is theirs to settle.
    const [before, after] = await untilSecond(chatId, b);
    expect(before).toBe(1);
    expect(after).toBeGreaterThan(1);
  });

  it('by the word of a look that began before the connection was lost', async () => {
    const { b, chatId, tap, dam, removeOther } = await talk();
    await b.client.setOnline({ online: false });
    dam.close((route) => route.endsWith('/manifests'));
    await reconnect(b);
    await b.client.sendText({ chatId, text: 'after' });
    await vi.waitFor(() => expect(dam.held()).toBeGreaterThan(1), waiting);
    await b.client.setOnline({ online: false });
    await removeOther();
    tap.onRequest = (route) => {
      if (route === 'GET /api/account') lost();
    };
    await reconnect(b);
    dam.open();

    // Both people may renew: the epoch is a later one, which one is theirs to settle.
    const [before, after] = await untilSecond(chatId, b);
    expect(before).toBe(1);
    expect(after).toBeGreaterThan(1);
  });

  it('when the relay told of a change and does not answer what it is', async () => {
    const { b, chatId, tap, removeOther } = await talk();
    let unanswered = 0;
    tap.onRequest = (route) => {
      if (!/\/(manifests|keys)$/.test(route)) return;
      unanswered += 1;
      lost();
    };
    await removeOther();
    await vi.waitFor(() => expect(unanswered).toBeGreaterThan(1), waiting);
    await b.client.sendText({ chatId, text: 'after' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await ciphertextsOf(world, chatId)).toHaveLength(1);
    delete tap.onRequest;

    // Both people may renew: the epoch is a later one, which one is theirs to settle.
    const [before, after] = await untilSecond(chatId, b);
    expect(before).toBe(1);
    expect(after).toBeGreaterThan(1);
  });

  it('from the queue, when the vault was locked before the first try', async () => {
    const { ben, b, chatId, tap, removeOther } = await talk();
    await b.client.setOnline({ online: false });
    tap.onRequest = (route) => {
      if (route.endsWith('/manifests')) lost();
    };
    await reconnect(b);
    await b.client.sendText({ chatId, text: 'after' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await ciphertextsOf(world, chatId)).toHaveLength(1);
    await b.client.lock();
    await removeOther();
    delete tap.onRequest;
    await b.client.unlock({ chatPassword: ben.chatPassword });

    // Both people may renew: the epoch is a later one, which one is theirs to settle.
    const [before, after] = await untilSecond(chatId, b);
    expect(before).toBe(1);
    expect(after).toBeGreaterThan(1);
  });
});
