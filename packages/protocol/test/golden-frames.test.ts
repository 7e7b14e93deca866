import { readFileSync, writeFileSync } from 'node:fs';
import { Decoder, Encoder } from 'socket.io-msgpack-parser';
import { describe, expect, it } from 'vitest';
import { ackSchema, clientEvents, relayEvents } from '../src/index.ts';
import type { ClientEventName, RelayEventName } from '../src/index.ts';
import { clientFrames, errorFrame, relayFrames } from './golden-frames.ts';

const file = new URL('golden/v1.json', import.meta.url);

function encode(packet: object): string {
  const [frame] = new Encoder().encode(packet) as unknown as [Uint8Array];
  return Buffer.from(frame).toString('base64');
}

function decode(frame: string): unknown {
  let packet: unknown;
  const decoder = new Decoder();
  decoder.on('decoded', (decoded: unknown) => (packet = decoded));
  decoder.add(Buffer.from(frame, 'base64'));
  return packet;
}

function framesOfToday(): Record<string, string> {
  const frames: Record<string, string> = {};
  for (const [name, { request, response }] of Object.entries(clientFrames)) {
    frames[`${name} request`] = encode({ type: 2, data: [name, request], nsp: '/', id: 1 });
    frames[`${name} acknowledgement`] = encode({
      type: 3,
      data: [{ ok: true, data: response }],
      nsp: '/',
      id: 1,
    });
  }
  for (const [name, body] of Object.entries(relayFrames))
    frames[name] = encode({ type: 2, data: [name, body], nsp: '/' });
  frames.refusal = encode({ type: 3, data: [errorFrame], nsp: '/', id: 1 });
  return frames;
}

if (process.env.SOTTO_FREEZE_FRAMES === '1')
  writeFileSync(file, `${JSON.stringify(framesOfToday(), null, 2)}\n`);

const frozen = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;

describe('frames of version 1', () => {
  it('are made today as they were frozen', () => {
    expect(framesOfToday()).toEqual(frozen);
  });

  it('cover every event', () => {
    expect(Object.keys(clientFrames)).toEqual(Object.keys(clientEvents));
    expect(Object.keys(relayFrames)).toEqual(Object.keys(relayEvents));
  });

  it.each(Object.keys(clientEvents) as ClientEventName[])('%s is read by its schema', (name) => {
    const request = decode(frozen[`${name} request`] ?? '') as { data: [string, unknown] };
    const answer = decode(frozen[`${name} acknowledgement`] ?? '') as { data: [unknown] };
    const refusal = decode(frozen.refusal ?? '') as { data: [unknown] };
    const { request: requestSchema, response: responseSchema } = clientEvents[name];

    expect(request.data[0]).toBe(name);
    expect(requestSchema.safeParse(request.data[1]).error).toBeUndefined();
    expect(ackSchema(responseSchema).safeParse(answer.data[0]).error).toBeUndefined();
    expect(ackSchema(responseSchema).parse(refusal.data[0])).toEqual(errorFrame);
  });

  it.each(Object.keys(relayEvents) as RelayEventName[])('%s is read by its schema', (name) => {
    const packet = decode(frozen[name] ?? '') as { data: [string, unknown] };

    expect(packet.data[0]).toBe(name);
    expect(relayEvents[name].body.safeParse(packet.data[1]).error).toBeUndefined();
  });
});

describe('wrong frames', () => {
  const { request } = clientFrames['message:send'];

  it.each([
    ['no body', undefined],
    ['a list', [request]],
    ['base64 where bytes belong', { ...request, ciphertext: 'wcHBwQ==' }],
    ['an empty ciphertext', { ...request, ciphertext: new Uint8Array() }],
    ['32 KiB and 1', { ...request, ciphertext: new Uint8Array(32 * 1024 + 1) }],
    ['an upper-case id', { ...request, chatId: request.chatId.toUpperCase().replace('8', 'A') }],
    ['an id with a separator', { ...request, chatId: `${request.chatId}_1` }],
    ['a missing client id', { ...request, clientId: undefined }],
  ])('are refused: %s', (_why, body) => {
    expect(clientEvents['message:send'].request.safeParse(body).success).toBe(false);
  });

  it.each([[-1], [0.5], [Number.NaN], [2 ** 53], ['1'], [null]])(
    'a cursor of %o is refused',
    (afterSeq) => {
      const sync = { ...clientFrames['message:sync'].request, afterSeq };

      expect(clientEvents['message:sync'].request.safeParse(sync).success).toBe(false);
    },
  );

  it('unknown fields are dropped, prototype keys included', () => {
    const hostile = JSON.parse(
      '{"chatId":"00000000-0000-4000-8000-000000000001","afterSeq":0,"limit":1,"__proto__":{"admin":true},"x":1}',
    ) as unknown;

    const parsed = clientEvents['message:sync'].request.parse(hostile);

    expect(Object.keys(parsed)).toEqual(['chatId', 'afterSeq', 'limit']);
    expect('admin' in parsed).toBe(false);
  });
});
