import { describe, expect, it, vi } from 'vitest';
import type { SocketListener, Transport } from '../platform.ts';
import { arrayBufferBodies, withArrayBuffers } from './array-buffer-bodies.ts';

describe('withArrayBuffers', () => {
  it('turns byte arrays into buffers of exactly their bytes, at any depth', () => {
    const view = Uint8Array.from([9, 1, 2, 9]).subarray(1, 3);

    const body = withArrayBuffers({ chatId: 'c', parts: [{ ciphertext: view }], n: 1, gone: null });

    const bytes = Uint8Array.from([1, 2]).buffer;
    expect(body).toEqual({ chatId: 'c', parts: [{ ciphertext: bytes }], n: 1, gone: null });
  });
});

describe('arrayBufferBodies', () => {
  it('passes requests and answers on with buffers, and everything else as it is', async () => {
    const request = vi.fn(() => Promise.resolve('acknowledged'));
    const answered = vi.fn();
    const received = vi.fn();
    const inner: Transport = {
      fetch: vi.fn(),
      openSocket({ listener }) {
        listener.onOpen();
        listener.onEvent('challenge', 'body', answered);
        listener.onEvent('news', 'body', null);
        listener.onClose('refused');
        return { request, close: vi.fn() };
      },
    };
    const listener: SocketListener = {
      onOpen: () => received('open'),
      onEvent(name, body, answer) {
        received(name, body, answer === null);
        answer?.({ signature: Uint8Array.from([5]) });
      },
      onClose: (refusal) => received('close', refusal),
    };

    const transport = arrayBufferBodies(inner);
    const connection = transport.openSocket({
      relayUrl: 'https://relay.example',
      handshake: {} as never,
      listener,
    });
    const answer = await connection.request('send', { bytes: Uint8Array.from([7]) }, 1_000);

    expect(answer).toBe('acknowledged');
    expect(request).toHaveBeenCalledWith('send', { bytes: Uint8Array.from([7]).buffer }, 1_000);
    expect(answered).toHaveBeenCalledWith({ signature: Uint8Array.from([5]).buffer });
    expect(received.mock.calls).toEqual([
      ['open'],
      ['challenge', 'body', false],
      ['news', 'body', true],
      ['close', 'refused'],
    ]);
  });
});
