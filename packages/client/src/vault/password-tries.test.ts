import { userIdSchema } from '@sotto/protocol';
import { describe, expect, it } from 'vitest';
import { createMemoryStorage } from '../storage/memory-storage.ts';
import { scopeStorage } from '../storage/scoped-storage.ts';
import { createTestClock } from '../testing/index.ts';
import { createPasswordTries } from './password-tries.ts';

const userId = userIdSchema.parse('00000000-0000-4000-8000-000000000001');

function setUp() {
  const clock = createTestClock();
  const storage = scopeStorage(createMemoryStorage(), userId);
  return { clock, tries: createPasswordTries(storage, clock) };
}

describe('wrong chat passwords', () => {
  it('cost nothing three times, then 1, 2, 5, 10, 30 and 60 seconds each', async () => {
    const { clock, tries } = setUp();
    const delays: number[] = [];

    for (let count = 0; count < 11; count += 1) {
      await tries.begin();
      const retryAtMs = await tries.retryAtMs();
      const delayMs = retryAtMs === null ? 0 : retryAtMs - clock.now();
      delays.push(delayMs / 1000);
      clock.advance(delayMs);
    }

    expect(delays).toEqual([0, 0, 0, 1, 2, 5, 10, 30, 60, 60, 60]);
  });

  it('refuse a try before its time and say when', async () => {
    const { clock, tries } = setUp();
    for (let count = 0; count < 4; count += 1) await tries.begin();

    await expect(tries.begin()).rejects.toMatchObject({
      code: 'too_many_tries',
      retryAtMs: clock.now() + 1000,
    });
  });

  it('are forgotten after a right one, and a try that was none does not count', async () => {
    const { tries } = setUp();
    for (let count = 0; count < 3; count += 1) await tries.begin();
    await tries.begin();
    await tries.cancel();
    expect(await tries.retryAtMs()).toBeNull();

    await tries.begin();
    await tries.succeed();

    for (let count = 0; count < 3; count += 1) await tries.begin();
    expect(await tries.retryAtMs()).toBeNull();
  });

  it('do not make people wait longer because the clock was set back', async () => {
    const { clock, tries } = setUp();
    for (let count = 0; count < 4; count += 1) await tries.begin();

    clock.setWallClock(-86_400_000);

    expect((await tries.retryAtMs()) ?? 0).toBeLessThanOrEqual(clock.now() + 1000);
  });
});
