import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { limits } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, startRelay } from '../src/index.ts';
import { createChat, createPerson } from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next, send } from './support/test-socket.ts';

type Stored = { seq: number; createdAtMs: number };
type Page = { messages: { seq: number; clientId: string }[]; headSeq: number };

const generous = {
  send: { points: 100_000, perSeconds: 1 },
  auth: { points: 100_000, perSeconds: 1 },
};

let test: TestRelay;
let alice: TestDevice;
let bob: TestDevice;
let chatId: string;

beforeAll(async () => {
  test = await startTestRelay({ rateLimits: generous });
  alice = (await createPerson(test)).device;
  bob = (await createPerson(test)).device;
  chatId = await createChat(test.relay, alice, bob);
});
afterAll(() => test?.stop());

const message = (length = 64) => ({
  chatId,
  clientId: randomUUID(),
  ciphertext: randomBytes(length),
});

/** All messages of the chat, as a client reads them. */
async function history(relay: { url: string }): Promise<Page['messages']> {
  const socket = await connect(relay, bob);
  const read: Page['messages'] = [];
  for (;;) {
    const page = await send<Page>(socket, 'message:sync', {
      chatId,
      afterSeq: read.at(-1)?.seq ?? 0,
      limit: limits.syncPageRows,
    });
    if (!page.ok) throw new Error(page.error.code);
    if (page.data.messages.length === 0) break;
    read.push(...page.data.messages);
  }
  socket.disconnect();
  return read;
}

describe.each([true, false])('A relay killed between commit and answer, directly: %s', (direct) => {
  it('has lost nothing, and shows nothing twice after the client’s retry', async () => {
    const { url, publishableKey, secretKey, issuer, databaseUrl } = test.stack;
    const supabase = { url, publishableKey, secretKey, issuer, ...(direct && { databaseUrl }) };
    const entry = fileURLToPath(new URL('support/killed-relay.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', entry, JSON.stringify(supabase)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const doomed = await connect({ url: line.toString().trim() }, alice);
    const sent = [message(), message(), message()];
    const before = await history(test.relay);

    let answered = 0;
    for (const each of sent) doomed.emit('message:send', each, () => (answered += 1));
    const gone = next(doomed, 'disconnect');
    expect((await exited)[1]).toBe('SIGKILL');
    await gone;
    doomed.disconnect();
    const between = await history(test.relay);
    const survivor = await connect(test.relay, alice);
    const retried = await Promise.all(
      sent.map((each) => send<Stored>(survivor, 'message:send', each)),
    );

    expect(answered).toBe(0);
    expect(between.length).toBeGreaterThan(before.length);
    const after = await history(test.relay);
    expect(after.map(({ seq }) => seq)).toEqual(after.map((_, index) => index + 1));
    expect(after.slice(before.length).map(({ clientId }) => clientId)).toEqual(
      sent.map(({ clientId }) => clientId),
    );
    expect(retried.map((answer) => answer.ok && answer.data.seq)).toEqual(
      after.slice(before.length).map(({ seq }) => seq),
    );
    survivor.disconnect();
  });
});

describe('Without a database', () => {
  it('sends are answered unavailable in bounded time, and go through once it is back', async () => {
    // A door between relay and database that a test can shut.
    const target = new URL(test.stack.databaseUrl);
    const { door, shut, open } = await databaseDoor(Number(target.port));
    target.port = String(door);
    const { url, publishableKey, secretKey, issuer } = test.stack;
    const cut = await startRelay({
      port: 0,
      host: '127.0.0.1',
      supabase: { url, publishableKey, secretKey, issuer, databaseUrl: target.href },
      proxySupabase: true,
      log: createLog('silent'),
      rateLimits: generous,
    });
    const socket = await connect(cut, alice);
    const listener = await connect(cut, bob);
    const heard: string[] = [];
    listener.on('message:new', ({ clientId }: { clientId: string }) => heard.push(clientId));
    const first = message();
    expect(await send(socket, 'message:send', first)).toMatchObject({ ok: true });

    shut();
    const sent = Array.from({ length: 50 }, () => message());
    const refused = await Promise.all(sent.map((each) => send(socket, 'message:send', each)));
    open();
    const retried = await Promise.all(sent.map((each) => send(socket, 'message:send', each)));

    for (const answer of refused) {
      expect(answer).toEqual({
        ok: false,
        error: { code: 'unavailable', retryAfterMs: expect.any(Number) },
      });
    }
    expect(retried.every((answer) => answer.ok)).toBe(true);
    const wanted = [first, ...sent].map(({ clientId }) => clientId);
    await expect.poll(() => heard.length).toBe(51);
    expect(heard).toEqual(wanted);
    socket.disconnect();
    listener.disconnect();
    await cut.stop();
    shut();
  });
});

/** A TCP relay to the database; shut, it ends every connection and takes no new one. */
async function databaseDoor(port: number) {
  let isOpen = true;
  const pairs = new Set<{ destroy(): void }>();
  const server = createServer((near) => {
    if (!isOpen) return void near.destroy();
    const far = dial(port, '127.0.0.1');
    for (const end of [near, far]) {
      pairs.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        near.destroy();
        far.destroy();
        pairs.delete(end);
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    door: (server.address() as AddressInfo).port,
    shut: () => {
      isOpen = false;
      for (const end of pairs) end.destroy();
    },
    open: () => {
      isOpen = true;
    },
  };
}
