/** A long conversation between any two ends, over a line that loses, delays and reorders. */
import { toHex } from '../src/encoding/hex.ts';
import type { CiphertextMessage } from '../src/index.ts';
import { parsePreKeySignalMessage } from '../src/session/pre-key-signal-message.ts';
import { parseSignalMessage } from '../src/session/signal-message.ts';
import { parseBraidMessage } from '../src/session/spqr/braid-message.ts';
import { seededRandom } from '../test/building/builders.ts';

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
}

/** The epoch of the post-quantum ratchet that a message names; 0 where there is none. */
function epochOf({ type, serialized }: CiphertextMessage): number {
  const inner = type === 'preKey' ? parsePreKeySignalMessage(serialized).message : serialized;
  const { pqRatchet } = parseSignalMessage(inner);
  return pqRatchet ? parseBraidMessage(pqRatchet).epoch : 0;
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
  const waiting: Sent[] = [];
  let [from, to] = [initiator, responder];
  let [lost, opened, epoch] = [0, 0, 0];
  for (let i = 0; i < line.messages; i++) {
    const text = random(1 + draw(200));
    const sent: Sent = { to, message: await from.encrypt(text), text };
    epoch = Math.max(epoch, epochOf(sent.message));
    // The first of all opens the session; without it nobody could answer.
    if (i > 0 && draw(100) < line.lossPercent) lost++;
    else if (i > 0 && draw(3) === 0) waiting.push(sent);
    else opened += await delivered([sent]);
    if (waiting.length > 3) opened += await delivered(waiting.splice(draw(waiting.length), 1));
    // Late messages arrive before the second next turn: ends keep five receiving chains.
    if (draw(4) === 0) {
      opened += await delivered(waiting.splice(0).reverse());
      [from, to] = [to, from];
    }
  }
  opened += await delivered(waiting.splice(0));
  return `${line.messages} sent, ${lost} lost, ${opened} opened, epoch ${epoch}`;
}

async function delivered(all: readonly Sent[]): Promise<number> {
  for (const sent of all) await deliver(sent);
  return all.length;
}
