/** A long conversation between any two ends, over a line that loses, delays and reorders. */
import { toHex } from '../src/encoding/hex.ts';
import type { CiphertextMessage } from '../src/index.ts';
import { seededRandom } from '../test/building/builders.ts';
import { epochOf } from '../test/session/epoch-of.ts';

/** One end. */
export interface Talker {
  encrypt(plaintext: Uint8Array): Promise<CiphertextMessage>;
  decrypt(message: CiphertextMessage): Promise<Uint8Array>;
}

/** How hard the line is. */
export interface Line {
  messages: number;
  lossPercent: number;
  seed: number;
}

interface Sent {
  to: Talker;
  message: CiphertextMessage;
  text: Uint8Array;
  turn: number;
}

async function deliver({ to, message, text }: Sent): Promise<void> {
  const got = await to.decrypt(message);
  if (toHex(got) !== toHex(text)) throw new Error('another plaintext came out');
}

/** Sends `messages` in turns of random length, first from `initiator`; throws at the first that does not open. */
export async function converse(initiator: Talker, responder: Talker, line: Line): Promise<string> {
  const random = seededRandom(line.seed);
  const draw = (below: number): number => {
    const [x = 0, y = 0] = random(2);
    return (x * 256 + y) % below;
  };
  let waiting: Sent[] = [];
  let turn = 0;
  let [from, to] = [initiator, responder];
  let [lost, opened, epoch] = [0, 0, 0];
  for (let i = 0; i < line.messages; i++) {
    const text = random(1 + draw(200));
    const sent: Sent = { to, message: await from.encrypt(text), text, turn };
    epoch = Math.max(epoch, epochOf(sent.message));
    // The first of all opens the session; without it nobody could answer.
    if (i > 0 && draw(100) < line.lossPercent) lost++;
    else if (i > 0 && draw(3) === 0) waiting.push(sent);
    else opened += await delivered([sent]);
    if (waiting.length > 5) opened += await delivered(waiting.splice(draw(waiting.length), 1));
    if (draw(4) === 0) {
      // Late by up to three changes of direction, the latest first: ends keep five receiving chains.
      const overdue = waiting.filter((late) => turn - late.turn >= 3);
      waiting = waiting.filter((late) => turn - late.turn < 3);
      opened += await delivered(overdue.reverse());
      [from, to] = [to, from];
      turn++;
    }
  }
  opened += await delivered(waiting.splice(0));
  return `${line.messages} sent, ${lost} lost, ${opened} opened, epoch ${epoch}`;
}

async function delivered(all: readonly Sent[]): Promise<number> {
  for (const sent of all) await deliver(sent);
  return all.length;
}
