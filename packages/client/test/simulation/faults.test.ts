import type { ChatId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientError } from '../../src/index.ts';
import {
  createSeededRandom,
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
} from '../../src/testing/index.ts';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import { startTestWorld } from '../support/test-world.ts';
import type { TestWorld } from '../support/test-world.ts';
import { createTappedTransport } from '../support/wire-tap.ts';
import type { WireTap } from '../support/wire-tap.ts';

/**
 * Three engines of two people on a real relay, with a network that loses, doubles and delays at
 * random, programs that end at any moment, and restarts of the relay. In the end everybody shows the
 * same log: each message once, each sender's own order kept, nothing missing.
 */

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

interface Side {
  person: TestPerson;
  test: TestClient;
  tap: WireTap;
  said: string[];
}

/** A number from 0 up to `bound`, the same for the same seed. */
function dice(seed: number): (bound: number) => number {
  const random = createSeededRandom(seed);
  return (bound) => {
    const [high = 0, low = 0] = random(2);
    return (high * 256 + low) % bound;
  };
}

function makeUnreliable(tap: WireTap, roll: (bound: number) => number): void {
  tap.onEvent = (_name, body) => {
    const face = roll(10);
    return face === 0 ? [] : face === 1 ? [body, body] : [body];
  };
  tap.onAcknowledgement = (_name, _request, answer) => {
    // The relay has done it, the client does not know.
    if (roll(6) === 0) throw new ClientError('offline');
    return answer;
  };
  tap.onRequest = (route) => {
    if (route.includes('/api/') && roll(12) === 0) throw new TypeError('lost');
  };
}

function makeReliable(tap: WireTap): void {
  delete tap.onEvent;
  delete tap.onAcknowledgement;
  delete tap.onRequest;
}

const start = (over?: TestClient) => {
  const { transport, tap } = createTappedTransport();
  return { test: world.client({ transport, ...(over && { disk: over.disk }) }), tap };
};

async function restart(side: Side): Promise<void> {
  await world.close(side.test);
  Object.assign(side, start(side.test));
  await until(side.test.client.session, ({ phase }) => phase === 'locked');
  await side.test.client.unlock({ chatPassword: side.person.chatPassword });
}

/** Back-off is real time; a moved clock makes it short. */
const hurry = (sides: readonly Side[]) => {
  for (const { test } of sides) test.clock.advance(31_000);
};

async function run(seed: number): Promise<{ sides: Side[]; chatId: ChatId }> {
  const roll = dice(seed);
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const sides: Side[] = [];
  for (const person of [ann, ben]) {
    const side = { person, ...start(), said: [] };
    await signUpFully(side.test.client, person);
    sides.push(side);
  }
  const second: Side = { person: ann, ...start(), said: [] };
  await until(second.test.client.session, ({ phase }) => phase === 'signedOut');
  await second.test.client.signIn(ann);
  await second.test.client.unlock({ chatPassword: ann.chatPassword });
  sides.push(second);
  const [first] = sides;
  if (!first) throw new Error('no side');
  const chatId = await startChatWith(first.test.client, ben.handle);
  for (const { test } of sides) await until(test.client.chat(chatId), ({ canSend }) => canSend);

  for (const { tap } of sides) makeUnreliable(tap, roll);
  for (let turn = 0; turn < 30; turn += 1) {
    const side = sides[roll(sides.length)];
    if (!side) continue;
    const face = roll(20);
    if (face < 13) {
      const text = `${sides.indexOf(side)}.${side.said.length}`;
      await side.test.client.sendText({ chatId, text });
      side.said.push(text);
    } else if (face < 16) {
      await side.test.client.setOnline({ online: false });
    } else if (face < 18) {
      await side.test.client.setOnline({ online: true });
    } else if (face < 19) {
      makeReliable(side.tap);
      await restart(side);
      makeUnreliable(side.tap, roll);
    } else {
      await world.stopRelay();
      await world.startRelay();
      hurry(sides);
    }
  }
  for (const { tap } of sides) makeReliable(tap);
  for (const { test } of sides) {
    await test.client.setOnline({ online: false });
    await test.client.setOnline({ online: true });
  }
  hurry(sides);
  return { sides, chatId };
}

describe('any mixture of faults', () => {
  it.each([1, 2, 3, 4])('ends with the same log everywhere (seed %i)', async (seed) => {
    const { sides, chatId } = await run(seed);
    const total = sides.reduce((sum, { said }) => sum + said.length, 0);

    const logs = await Promise.all(
      sides.map(({ test }) =>
        until(
          test.client.chat(chatId),
          ({ messages }) => messages.length === total && messages.every((one) => one.seq !== null),
          20_000,
        ),
      ),
    );

    const [reference = []] = logs.map(textsOf);
    for (const log of logs) {
      expect(textsOf(log)).toEqual(reference);
      expect(log.missing).toBe(0);
      expect(log.messages.map(({ seq }) => seq)).toEqual(reference.map((_, at) => at + 1));
    }
    for (const [index, { said }] of sides.entries()) {
      expect(reference.filter((text) => text.startsWith(`${index}.`))).toEqual(said);
    }
    for (const { test } of sides) await world.close(test);
  });
});
