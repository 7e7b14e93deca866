import { randomBytes, randomUUID } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { limits } from '@sotto/protocol';
import msgpackParser from 'socket.io-msgpack-parser';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decodeFrame } from '../src/gateway/frame-decoder.ts';
import { ask, createChat, createPerson } from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, handshakeOf, next, send } from './support/test-socket.ts';

let test: TestRelay;
let alice: TestDevice;
let chatId: string;
let socket: Socket;
let bystander: Socket;

beforeAll(async () => {
  test = await startTestRelay({ rateLimits: { auth: { points: 100_000, perSeconds: 60 } } });
  alice = (await createPerson(test)).device;
  const bob = (await createPerson(test)).device;
  chatId = await createChat(test.relay, alice, bob);
  bystander = await connect(test.relay, bob);
});
afterAll(async () => {
  bystander?.disconnect();
  await test?.stop();
});
beforeEach(async () => {
  socket = await connect(test.relay, alice);
});
/** Whatever was thrown at it, the relay is up and serves the one who did nothing wrong. */
afterEach(async () => {
  socket.disconnect();
  const health = await ask(test.relay, 'GET', '/health');
  const page = await send(bystander, 'message:sync', { chatId, afterSeq: 0, limit: 1 });
  if (health.status !== 200 || !page.ok) throw new Error('the relay has suffered');
});

const sendable = () => ({ chatId, clientId: randomUUID(), ciphertext: randomBytes(32) });
const badRequest = { ok: false, error: { code: 'bad_request' } };

const encode = (packet: unknown): Buffer =>
  (new msgpackParser.Encoder().encode(packet) as unknown as Buffer[])[0] ?? Buffer.of();
const acknowledgement = { type: 3, nsp: '/', id: 900, data: [badRequest] };

/** An event packet whose body is the given bytes of MessagePack. */
function eventFrame(body: Buffer, name = 'message:send'): Buffer {
  const packet = encode({ type: 2, nsp: '/', id: 900, data: [name, null] });
  return Buffer.concat([packet.subarray(0, -1), body]);
}

const write = (frame: Buffer | string) =>
  (socket.io.engine as unknown as { send(data: unknown): void }).send(frame);

const nextFrame = async () =>
  decodeFrame(Buffer.from(await next<Buffer>(socket.io.engine as never, 'data')));

async function isClosed(): Promise<boolean> {
  if (socket.connected) await next(socket, 'disconnect');
  return !socket.connected;
}

describe('An event', () => {
  const wrong: Record<string, () => unknown> = {
    nothing: () => undefined,
    null: () => null,
    'a number': () => 7,
    NaN: () => Number.NaN,
    'a text': () => 'x',
    'an array': () => [],
    'an empty object': () => ({}),
    'a chat that is no id': () => ({ ...sendable(), chatId: '1' }),
    'a chat in capitals': () => ({ ...sendable(), chatId: chatId.toUpperCase() }),
    'a chat that is an array': () => ({ ...sendable(), chatId: [chatId] }),
    'a client id with something behind': () => ({ ...sendable(), clientId: `${randomUUID()}\n` }),
    'no ciphertext': () => ({ ...sendable(), ciphertext: undefined }),
    'empty ciphertext': () => ({ ...sendable(), ciphertext: Buffer.alloc(0) }),
    'ciphertext as text': () => ({ ...sendable(), ciphertext: 'abc' }),
    'ciphertext as numbers': () => ({ ...sendable(), ciphertext: [1, 2, 3] }),
    'ciphertext over its limit': () => ({
      ...sendable(),
      ciphertext: randomBytes(limits.messageCiphertextBytes + 1),
    }),
    'ciphertext that says it has a length': () => ({ ...sendable(), ciphertext: { length: 3 } }),
  };
  for (const [name, make] of Object.entries(wrong)) {
    it(`with ${name} is answered bad_request, once`, async () => {
      let answers = 0;
      const answer = await new Promise((resolve) => {
        socket.emit('message:send', make(), (value: unknown) => {
          answers += 1;
          resolve(value);
        });
      });

      expect(answer).toEqual(badRequest);
      expect(await send(socket, 'message:send', sendable())).toMatchObject({ ok: true });
      expect(answers).toBe(1);
    });
  }

  it.each([0, -1, 1.5, 201, 2 ** 53 + 2, Number.NaN, Infinity, '5', null])(
    'with the page length %s is answered bad_request',
    async (limit) => {
      expect(await send(socket, 'message:sync', { chatId, afterSeq: 0, limit })).toEqual(
        badRequest,
      );
    },
  );

  it.each([
    'unknown',
    '',
    '__proto__',
    'constructor',
    'toString',
    'message:new',
    'session:ready',
    'connect',
    'connect_error',
    'disconnect',
    'disconnecting',
    'error',
    'newListener',
    'removeListener',
  ])('named "%s" is answered bad_request', async (name) => {
    const heard = nextFrame();

    write(encode({ type: 2, nsp: '/', id: 900, data: [name, {}] }));

    expect(await heard).toEqual(acknowledgement);
    expect(socket.connected).toBe(true);
  });

  it.each([
    [[]],
    [[7, {}]],
    [[null]],
    [[{ a: 1 }]],
    [['message:send']],
    [['message:send', {}, {}]],
  ])('with the arguments %j is answered bad_request', async (data) => {
    const heard = nextFrame();

    write(encode({ type: 2, nsp: '/', id: 900, data }));

    expect(await heard).toEqual(acknowledgement);
  });

  it('without an acknowledgement closes its socket, and is counted', async () => {
    const dropped = async () =>
      /sotto_unanswerable_events_total (\d+)/.exec(
        String((await ask(test.relay, 'GET', '/metrics')).body['text']),
      )?.[1];
    const before = Number(await dropped());

    const other = await connect(test.relay, alice);
    const closed = [next(socket, 'disconnect'), next(other, 'disconnect')];

    socket.emit('message:send', sendable());
    other.emit('unknown');

    await Promise.all(closed);
    expect(Number(await dropped())).toBe(before + 2);
  });

  it('with keys that no schema has is served without them', async () => {
    const received = next(bystander, 'message:new');
    const extra = { constructor: 'x', toString: 1, seq: 99, senderId: randomUUID(), deep: {} };

    const answer = await send(socket, 'message:send', { ...sendable(), ...extra });

    expect(answer.ok).toBe(true);
    const envelope = await received;
    expect(Object.keys(envelope).toSorted()).toEqual([
      'chatId',
      'ciphertext',
      'clientId',
      'createdAtMs',
      'senderDeviceId',
      'senderId',
      'seq',
    ]);
    expect(envelope['senderId']).toBe(alice.userId);
  });

  it('may repeat an acknowledgement number without harm', async () => {
    const frames: Buffer[] = [];
    (socket.io.engine as unknown as { on(name: string, on: (data: Buffer) => void): void }).on(
      'data',
      (frame) => frames.push(frame),
    );
    for (let i = 0; i < 3; i++) {
      write(encode({ type: 2, nsp: '/', id: 900, data: ['message:send', sendable()] }));
    }

    await expect.poll(() => frames.length).toBe(3);
  });
});

describe('A frame', () => {
  const nested = (depth: number, opening = [0x91]) =>
    Buffer.concat([
      Buffer.from(Array.from({ length: depth }, () => opening).flat()),
      Buffer.of(0xc0),
    ]);

  it.each([7, 100, 4500, 60_000])('nested %i deep closes its socket', async (depth) => {
    write(eventFrame(nested(depth)));

    expect(await isClosed()).toBe(true);
  });

  it('nested in objects closes its socket', async () => {
    write(eventFrame(nested(4500, [0x81, 0xa1, 0x61])));

    expect(await isClosed()).toBe(true);
  });

  it.each([limits.envelopeBytes + 1, 1_000_000, 450_000])(
    'of %i bytes closes its socket',
    async (length) => {
      write(Buffer.alloc(length, 0x91));

      expect(await isClosed()).toBe(true);
    },
  );

  it('just below the limit is served', async () => {
    const answer = await send(socket, 'message:send', {
      ...sendable(),
      ciphertext: randomBytes(limits.messageCiphertextBytes),
    });

    expect(answer.ok).toBe(true);
  });

  const broken: Record<string, Buffer | string> = {
    'that is text': '2["message:send",{}]',
    'that is empty': Buffer.alloc(0),
    'that is cut off': eventFrame(Buffer.of(0x81)),
    'with something behind': eventFrame(Buffer.of(0xc0, 0xc0)),
    'with an array of 4,294,967,295': eventFrame(Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff)),
    'with a map of 4,294,967,295': eventFrame(Buffer.of(0xdf, 0xff, 0xff, 0xff, 0xff)),
    'with bytes of 4,294,967,295': eventFrame(Buffer.of(0xc6, 0xff, 0xff, 0xff, 0xff)),
    'with a text that is not UTF-8': eventFrame(Buffer.of(0xa2, 0xc3, 0x28)),
    'with the key __proto__': eventFrame(
      Buffer.concat([Buffer.of(0x81, 0xa9), Buffer.from('__proto__'), Buffer.of(0x80)]),
    ),
    'with a key that is a number': eventFrame(Buffer.of(0x81, 0x01, 0x01)),
    'with an unknown type': eventFrame(Buffer.of(0xc1)),
    'with an unknown extension': eventFrame(Buffer.of(0xd7, 0x05, 0, 0, 0, 0, 0, 0, 0, 0)),
    'that is no packet': encode([1, 2, 3]),
    'of a packet type that does not exist': encode({ type: 6, nsp: '/', data: [] }),
    'of a binary event of another parser': encode({ type: 5, nsp: '/', data: ['x'] }),
    'with a negative packet id': encode({ type: 2, nsp: '/', id: -1, data: ['x', {}] }),
    'whose data is no array': encode({ type: 2, nsp: '/', id: 1, data: { 0: 'x' } }),
    'for a namespace that does not exist': encode({ type: 2, nsp: '/admin', data: ['x', {}] }),
  };
  for (const [name, frame] of Object.entries(broken)) {
    it(`${name} closes its socket`, async () => {
      write(frame);

      expect(await isClosed()).toBe(true);
    });
  }

  it('that asks for a namespace that does not exist is told so', async () => {
    const heard = nextFrame();

    write(encode({ type: 0, nsp: '/admin' }));

    expect(await heard).toMatchObject({ type: 4, data: { message: 'Invalid namespace' } });
  });
});

describe('A flood', () => {
  it('of many handshakes on one connection ends it before the second is looked at', async () => {
    const address = `${test.relay.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const greedy = new WebSocket(address);
    let challenges = 0;
    greedy.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary && data.includes('device:challenge')) challenges += 1;
    });
    await next(greedy as never, 'open');
    const closed = next(greedy as never, 'close');

    const frame = encode({ type: 0, nsp: '/', data: handshakeOf(alice) });
    for (let i = 0; i < 50; i++) greedy.send(frame);

    await closed;
    expect(challenges).toBeLessThanOrEqual(1);
  });

  it('of ten thousand events is answered one by one, most with when to come back', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10_000 }, () => send(socket, 'message:send', sendable())),
    );

    const refused = answers.filter((answer) => !answer.ok && answer.error.code === 'rate_limited');
    expect(answers.filter((answer) => answer.ok).length).toBeLessThanOrEqual(130);
    expect(refused.length).toBeGreaterThan(9_500);
    for (const answer of refused) {
      expect(!answer.ok && (answer.error.retryAfterMs ?? 0)).toBeGreaterThan(0);
    }
  });
});

describe('A request body', () => {
  const put = (body: string, type = 'application/json') =>
    ask(test.relay, 'PUT', '/api/account/profile', {
      token: alice.token,
      body,
      headers: { 'content-type': type },
    });
  const right = { handle: 'somebody', displayName: 'Some body', avatarColor: 1 };

  it.each([
    ['that is no JSON', '{'],
    ['that is a number', '7'],
    ['that is null', 'null'],
    ['nested 5 deep', '[[[[[]]]]]'],
    ['nested 30,000 deep', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['with a wrong type', JSON.stringify({ ...right, avatarColor: '1' })],
    ['with a number beyond', JSON.stringify({ ...right, avatarColor: 2 ** 53 })],
    ['with a name that turns text round', JSON.stringify({ ...right, displayName: 'a\u202Eb' })],
    ['with a handle that looks like another', JSON.stringify({ ...right, handle: 'аdmin' })],
  ])('%s is answered bad_request', async (_name, body) => {
    const answer = await put(body);

    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } });
    expect(Object.keys(answer.body)).toEqual(['error']);
  });

  it('of another type, or above the limit, is refused by its code', async () => {
    expect((await put(JSON.stringify(right), 'text/plain')).status).toBe(400);
    expect(await put(`"${'x'.repeat(limits.envelopeBytes)}"`)).toMatchObject({
      status: 413,
      body: { error: { code: 'too_large' } },
    });
  });

  it('with the key __proto__ changes nothing but what its schema names', async () => {
    const body = JSON.stringify({ ...right, handle: `h${randomUUID().slice(0, 8)}` });

    const answer = await put(body.replace('{', '{"__proto__":{"polluted":1},'));

    expect(answer.status).toBe(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that trickles in does not hold the relay up', async () => {
    const slow = connectTcp(test.relay.port, '127.0.0.1');
    slow.write('PUT /api/account/profile HTTP/1.1\r\nhost: x\r\n');

    const started = performance.now();
    await ask(test.relay, 'GET', '/health');

    expect(performance.now() - started).toBeLessThan(2000);
    slow.destroy();
  });
});
