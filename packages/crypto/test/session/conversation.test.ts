import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import type { CiphertextMessage, PeerVersion, SessionCipher } from '../../src/index.ts';
import { refusal, seededRandom } from '../building/builders.ts';
import { pair } from './devices.ts';
import { epochOf } from './epoch-of.ts';

interface Sent {
  to: SessionCipher;
  message: CiphertextMessage;
  text: string;
  turn: number;
}

/** Sends, loses, delays and repeats messages both ways; gives those that did not open exactly once. */
async function converse(
  seed: number,
  count: number,
  loss: number,
): Promise<{ wrong: string[]; epoch: number }> {
  const random = seededRandom(seed);
  const draw = (below: number): number => {
    const [x = 0, y = 0] = random(2);
    return (x * 256 + y) % below;
  };
  const { a, b } = await pair(random);
  const wrong: string[] = [];
  let waiting: Sent[] = [];
  let turn = 0;
  let epoch = 0;
  const deliver = async (sent: Sent): Promise<void> => {
    const got = fromUtf8(await sent.to.decrypt(sent.message));
    if (got !== sent.text) wrong.push(`${sent.text} became ${got}`);
    const again = await refusal(() => sent.to.decrypt(sent.message));
    if (again !== 'open_failed') wrong.push(`${sent.text} again: ${again}`);
  };
  let fromAlice = true;
  for (let i = 0; i < count; i++) {
    const [cipher, to] = fromAlice ? [a, b] : [b, a];
    if (i === 0 || (await cipher.hasSession())) {
      const text = `message ${i}`;
      const sent = { to, message: await cipher.encrypt(utf8(text)), text, turn };
      epoch = Math.max(epoch, epochOf(sent.message));
      if (draw(100) >= loss || i === 0) {
        if (draw(4) === 0 && i > 0) waiting.push(sent);
        else await deliver(sent);
      }
    }
    if (waiting.length > 5) {
      for (const late of waiting.splice(draw(waiting.length), 1)) await deliver(late);
    }
    if (draw(3) === 0) {
      // Late by up to three changes of direction, the latest first: five receiving chains are kept.
      const overdue = waiting.filter((late) => turn - late.turn >= 3);
      waiting = waiting.filter((late) => turn - late.turn < 3);
      for (const late of overdue.reverse()) await deliver(late);
      fromAlice = !fromAlice;
      turn++;
    }
  }
  for (const late of waiting) await deliver(late);
  return { wrong, epoch };
}

describe('A conversation', () => {
  for (const version of ['pqxdh', 'spqr', 'addresses'] as PeerVersion[]) {
    it(`goes on in both directions (${version})`, async () => {
      const { a, b } = await pair(seededRandom(5), version);
      for (let i = 0; i < 12; i++) {
        const [from, to] = i % 2 === 0 ? [a, b] : [b, a];
        const text = `message ${i}`;
        const message = await from.encrypt(utf8(text));
        expect(message.type).toBe(i === 0 ? 'preKey' : 'signal');
        expect(fromUtf8(await to.decrypt(message))).toBe(text);
      }
    });
  }

  it('opens each message exactly once under loss, delay and repetition', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), async (seed) => {
        expect((await converse(seed, 60, 30)).wrong).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('goes through several post-quantum epochs under loss', { timeout: 60_000 }, async () => {
    const { wrong, epoch } = await converse(20_261_122, 500, 20);
    expect(wrong).toEqual([]);
    expect(epoch).toBeGreaterThan(3);
  });
});
