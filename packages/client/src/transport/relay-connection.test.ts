import { deviceIdSchema, protocolVersion } from '@sotto/protocol';
import { describe, expect, it, vi } from 'vitest';
import { ClientError } from '../client-error.ts';
import { createStore } from '../engine/writable-store.ts';
import type { ConnectionState } from '../facade.ts';
import type { SocketListener } from '../platform.ts';
import { createSeededRandom, createTestClock } from '../testing/index.ts';
import { createRelayConnection } from './relay-connection.ts';

const deviceId = deviceIdSchema.parse('00000000-0000-4000-8000-000000000001');

/** A connection whose other end is played by the test. */
function setUp() {
  const clock = createTestClock();
  const sockets: { listener: SocketListener; handshake: unknown; closed: boolean }[] = [];
  const answers: unknown[] = [];
  const rejections: boolean[] = [];
  const ended: string[] = [];
  const onReady = vi.fn();
  const onEvent = vi.fn();
  const tokens = { next: async (): Promise<string> => 'token' };
  const state = createStore<ConnectionState>({ status: 'offline', retryAtMs: null });
  const connection = createRelayConnection({
    platform: {
      clock,
      random: createSeededRandom(1),
      openStorage: () => Promise.reject(new Error('not used')),
      relayUrl: 'http://relay.example',
      deviceType: 'cli',
      deviceName: 'test',
      transport: {
        fetch: () => Promise.reject(new Error('not used')),
        openSocket({ handshake, listener }) {
          const socket = { listener, handshake, closed: false };
          sockets.push(socket);
          return {
            request: async (_name, body) => {
              answers.push(body);
              return { ok: true, data: { seq: 1, createdAtMs: 5 } };
            },
            close() {
              socket.closed = true;
            },
          };
        },
      },
    },
    state,
    owner: {
      deviceId,
      accessToken: async (rejected) => {
        rejections.push(rejected);
        return await tokens.next();
      },
      signChallenge: async (nonce) => new Uint8Array(64).fill(nonce[0] ?? 0),
      onReady,
      onEvent,
      onEnded: (code) => ended.push(code),
    },
  });
  const settle = () => vi.waitFor(() => Promise.resolve());
  const open = async (index: number) => {
    await vi.waitFor(() => expect(sockets.length).toBeGreaterThan(index));
    const socket = sockets[index];
    if (!socket) throw new Error('no socket');
    return socket;
  };
  return {
    clock,
    sockets,
    answers,
    rejections,
    ended,
    onReady,
    onEvent,
    tokens,
    state,
    connection,
    settle,
    open,
  };
}

describe('the connection to the relay', () => {
  it('is online only after it proved its device and the relay is ready', async () => {
    const { connection, open, state, onReady, sockets } = setUp();
    connection.start();
    const { listener } = await open(0);
    expect(sockets[0]?.handshake).toEqual({ token: 'token', deviceId, protocolVersion });
    listener.onOpen();
    expect(connection.isOnline()).toBe(false);

    const answer = vi.fn();
    listener.onEvent('device:challenge', { nonce: new Uint8Array(32).fill(9) }, answer);
    await vi.waitFor(() => expect(answer).toHaveBeenCalled());
    expect(answer).toHaveBeenCalledWith({ signature: new Uint8Array(64).fill(9) });
    listener.onEvent('session:ready', {}, null);

    expect(state.getSnapshot()).toEqual({ status: 'online', retryAtMs: null });
    expect(onReady).toHaveBeenCalledOnce();
  });

  it('does not sign a challenge of another shape', async () => {
    const { connection, open, settle } = setUp();
    connection.start();
    const { listener } = await open(0);
    const answer = vi.fn();

    for (const body of [{}, null, { nonce: new Uint8Array(31) }, { nonce: 'x'.repeat(32) }]) {
      listener.onEvent('device:challenge', body, answer);
    }
    await settle();

    expect(answer).not.toHaveBeenCalled();
  });

  it('drops events it does not know or cannot read', async () => {
    const { connection, open, onEvent } = setUp();
    connection.start();
    const { listener } = await open(0);
    listener.onEvent('session:ready', {}, null);

    for (const name of ['__proto__', 'constructor', 'message:new', 'device:changed', 'nothing']) {
      listener.onEvent(name, { userId: 7 }, null);
    }

    expect(onEvent).not.toHaveBeenCalled();
  });

  it('comes back with growing pauses, at least as long as the relay asked for', async () => {
    const { connection, open, clock, state } = setUp();
    connection.start();
    const pauses: number[] = [];
    for (let index = 0; index < 8; index += 1) {
      const { listener } = await open(index);
      listener.onClose(index === 7 ? { code: 'rate_limited', retryAfterMs: 90_000 } : null);
      const pauseMs = (state.getSnapshot().retryAtMs ?? 0) - clock.now();
      pauses.push(pauseMs);
      clock.advance(pauseMs);
    }

    for (const [index, pauseMs] of pauses.slice(0, 7).entries()) {
      const ceilingMs = Math.min(30_000, 500 * 2 ** index);
      expect(pauseMs).toBeGreaterThanOrEqual(ceilingMs / 2);
      expect(pauseMs).toBeLessThanOrEqual(ceilingMs);
    }
    expect(pauses[7]).toBe(90_000);
  });

  it('gives a silent relay up after 20 seconds', async () => {
    const { connection, open, clock, state, sockets } = setUp();
    connection.start();
    await open(0);

    clock.advance(20_000);

    expect(sockets[0]?.closed).toBe(true);
    expect(state.getSnapshot().status).toBe('offline');
  });

  it('asks for a fresh token once when one is refused, then waits', async () => {
    const { connection, open, rejections, state } = setUp();
    connection.start();
    (await open(0)).listener.onClose({ code: 'unauthenticated' });
    (await open(1)).listener.onClose({ code: 'unauthenticated' });

    expect(rejections).toEqual([false, true]);
    expect(state.getSnapshot().status).toBe('offline');
    expect(state.getSnapshot().retryAtMs).not.toBeNull();
  });

  it('reconnects at once with a fresh token when the session expired', async () => {
    const { connection, open, rejections } = setUp();
    connection.start();
    const { listener } = await open(0);
    listener.onEvent('session:ready', {}, null);
    listener.onEvent('session:expired', {}, null);

    await open(1);
    expect(rejections).toEqual([false, true]);
  });

  it.each([
    ['version_unsupported', 'version_unsupported'],
    ['gone', 'device_revoked'],
  ])('stops when it is refused as %s', async (code, expected) => {
    const { connection, open, ended, clock, sockets } = setUp();
    connection.start();
    (await open(0)).listener.onClose({ code });
    clock.advance(600_000);

    expect(ended).toEqual([expected]);
    expect(sockets).toHaveLength(1);
  });

  it('stops when the auth service ended the session, and waits when it cannot be reached', async () => {
    const { connection, ended, tokens, clock, state } = setUp();
    tokens.next = () => Promise.reject(new ClientError('offline'));
    connection.start();
    await vi.waitFor(() => expect(state.getSnapshot().retryAtMs).not.toBeNull());
    expect(ended).toEqual([]);

    tokens.next = () => Promise.reject(new ClientError('session_ended'));
    clock.advance(1_000);

    await vi.waitFor(() => expect(ended).toEqual(['session_ended']));
  });

  it('ignores what an older socket still says', async () => {
    const { connection, open, clock, onReady } = setUp();
    connection.start();
    const first = await open(0);
    clock.advance(20_000);
    clock.advance(1_000);
    await open(1);

    first.listener.onEvent('session:ready', {}, null);
    first.listener.onClose(null);

    expect(onReady).not.toHaveBeenCalled();
    expect(connection.isOnline()).toBe(false);
  });

  it('is quiet while the platform says there is no network, and back at once after', async () => {
    const { connection, open, clock, sockets, state } = setUp();
    connection.setOnline(false);
    connection.start();
    clock.advance(600_000);
    expect(sockets).toHaveLength(0);
    expect(state.getSnapshot()).toEqual({ status: 'offline', retryAtMs: null });

    connection.setOnline(true);

    await open(0);
    expect(state.getSnapshot().status).toBe('connecting');
  });

  it('checks requests and acknowledgements against their schemas', async () => {
    const { connection, open, answers } = setUp();
    connection.start();
    (await open(0)).listener.onEvent('session:ready', {}, null);
    const ids = { chatId: deviceId as string as never, clientId: deviceId as string as never };

    await expect(
      connection.request('message:send', { ...ids, ciphertext: new Uint8Array(0) }),
    ).rejects.toMatchObject({ code: 'internal' });
    expect(answers).toEqual([]);
    await expect(
      connection.request('message:send', { ...ids, ciphertext: Uint8Array.of(1) }),
    ).resolves.toEqual({ seq: 1, createdAtMs: 5 });
    await expect(
      connection.request('message:sync', { chatId: ids.chatId, afterSeq: 0, limit: 1 }),
    ).rejects.toMatchObject({ code: 'untrusted' });
  });
});
