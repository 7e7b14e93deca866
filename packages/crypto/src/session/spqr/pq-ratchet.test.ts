import { describe, expect, it } from 'vitest';
import { filled, refusal, seededRandom } from '../../../test/building/builders.ts';
import { fromHex, toHex } from '../../encoding/hex.ts';
import { parseBraidMessage } from './braid-message.ts';
import { initiatePqRatchet, receivePqRatchet, sendPqRatchet } from './pq-ratchet.ts';

const pqKey = filled(32, 3);
const initiate = (role: 'initiator' | 'responder', keylessAllowed = false) =>
  initiatePqRatchet({ pqKey, role, keylessAllowed });

/** As a store gives it back: other bytes, of which nothing is remembered. */
const stored = (state: Uint8Array): Uint8Array => Uint8Array.from(state);

describe('The post-quantum ratchet', () => {
  it('gives both parties one key a message through several epochs, from stored states', async () => {
    const random = seededRandom(61);
    const states = [await initiate('initiator'), await initiate('responder')];
    const keys = new Set<string>();
    let epoch = 0;
    const lost = seededRandom(62);
    for (let turn = 0; turn < 320; turn++) {
      const [from, to] = [turn % 2, 1 - (turn % 2)];
      const sent = await sendPqRatchet(stored(states[from] ?? pqKey), random);
      states[from] = sent.state;
      keys.add(toHex(sent.key));
      epoch = parseBraidMessage(sent.message).epoch;
      if ((lost(1)[0] ?? 0) % 8 === 0) continue;
      const received = await receivePqRatchet(stored(states[to] ?? pqKey), sent.message);
      states[to] = received.state;
      expect(received.key).toEqual(sent.key);
      const again = () => receivePqRatchet(stored(received.state), sent.message);
      expect(await refusal(again)).toBe('open_failed');
    }
    expect(keys.size).toBe(320);
    expect(epoch).toBeGreaterThanOrEqual(3);
  });

  it('writes states that are read in their one form only', async () => {
    const state = await initiate('responder');
    const { message } = await sendPqRatchet(await initiate('initiator'), seededRandom(63));
    const receive = (bytes: Uint8Array) => refusal(() => receivePqRatchet(bytes, message));

    expect(await receive(stored(state))).toBe('accepted');
    expect(await receive(Uint8Array.of(...state, 0))).toBe('bad_encoding');
    expect(await receive(state.slice(0, -1))).toBe('bad_encoding');
    expect(await receive(Uint8Array.of(2, ...state.subarray(1)))).toBe('bad_encoding');
    expect(await receive(Uint8Array.of(1, 2, ...state.subarray(2)))).toBe('bad_encoding');
  });

  it('takes a message without a key only as a responder, where allowed, in the first epoch', async () => {
    const keyless = fromHex('01010000');
    const receive = async (state: Promise<Uint8Array>, message = keyless) =>
      refusal(async () => receivePqRatchet(stored(await state), message));

    const { key } = await receivePqRatchet(await initiate('responder', true), keyless);
    expect(key).toBeUndefined();
    expect(await receive(initiate('responder', true))).toBe('accepted');
    expect(await receive(initiate('responder'))).toBe('open_failed');
    expect(await receive(initiate('initiator', true))).toBe('open_failed');
    expect(await receive(initiate('initiator'))).toBe('open_failed');
    expect(await receive(initiate('responder', true), fromHex('01020000'))).toBe('open_failed');
  });

  it('takes no message without a key once the first epoch is over', async () => {
    const random = seededRandom(64);
    let initiator = await initiate('initiator');
    let responder = await initiate('responder', true);
    const epochOf = (message: Uint8Array) => parseBraidMessage(message).epoch;
    for (let turn = 0, epoch = 1; epoch < 2; turn++) {
      expect(turn).toBeLessThan(300);
      const sent = await sendPqRatchet(initiator, random);
      responder = (await receivePqRatchet(responder, sent.message)).state;
      const answer = await sendPqRatchet(responder, random);
      initiator = (await receivePqRatchet(sent.state, answer.message)).state;
      responder = answer.state;
      epoch = epochOf(answer.message);
    }

    const take = (message: string) => refusal(() => receivePqRatchet(responder, fromHex(message)));
    expect(await take('01020000')).toBe('open_failed');
    expect(await take('01010000')).toBe('accepted');
  });

  it('is bounded in its jumps by whoever asks', async () => {
    const state = await initiate('responder');
    const at = (index: string) => fromHex(`0101${index}00`);
    const receive = (index: string, jump?: number) =>
      refusal(() => receivePqRatchet(state, at(index), jump));

    expect(await receive('0b', 10)).toBe('accepted');
    expect(await receive('0c', 10)).toBe('open_failed');
    expect(await receive('0c')).toBe('accepted');
  });
});
