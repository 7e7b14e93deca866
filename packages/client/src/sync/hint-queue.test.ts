import { expect, it } from 'vitest';
import { ClientError } from '../client-error.ts';
import { createSeededRandom, createTestClock } from '../testing/index.ts';
import { createHintQueue } from './hint-queue.ts';

function queue() {
  const clock = createTestClock();
  const state = { online: true, tries: 0, failure: new ClientError('offline') };
  const hints = createHintQueue({
    platform: { clock, random: createSeededRandom(1) },
    isOpen: () => true,
    isOnline: () => state.online,
  });
  const follow = async (fails: boolean) => {
    hints.follow('one', async () => {
      state.tries += 1;
      if (fails && state.tries < 4) throw state.failure;
    });
    await settle();
  };
  const settle = async () => {
    await hints.idle();
    await hints.idle();
  };
  const pass = async (byMs: number) => {
    clock.advance(byMs);
    await settle();
  };
  return { clock, state, hints, follow, pass };
}

it('tries a hint without an answer again, each time later, until there is one', async () => {
  const { clock, state, follow, pass } = queue();
  await follow(true);
  expect(state.tries).toBe(1);
  await pass(500);
  expect(state.tries).toBe(2);
  await pass(499);
  expect(state.tries).toBe(2);
  await pass(501);
  expect(state.tries).toBe(3);
  await pass(2_000);
  expect(state.tries).toBe(4);
  expect(clock.pending()).toBe(0);
});

it('leaves what was answered, what is offline and what a reconnect repeats', async () => {
  const refused = queue();
  refused.state.failure = new ClientError('untrusted');
  await refused.follow(true);
  expect(refused.clock.pending()).toBe(0);

  const offline = queue();
  offline.state.online = false;
  await offline.follow(true);
  expect(offline.clock.pending()).toBe(0);

  const reconnected = queue();
  await reconnected.follow(true);
  expect(reconnected.clock.pending()).toBe(1);
  reconnected.hints.forget();
  expect(reconnected.clock.pending()).toBe(0);
});
