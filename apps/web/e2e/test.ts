import { test as base, chromium } from '@playwright/test';
import { setUpDesk } from './people/desk.ts';
import type { Desk } from './people/desk.ts';
import { Person, newIdentity } from './people/person.ts';
import { watchPolicy } from './people/watch-policy.ts';
import { browserOptions } from './stack/browser-options.ts';
import { allowCamera, createFakeCamera } from './stack/fake-camera.ts';
import type { FakeCamera } from './stack/fake-camera.ts';
import { startStack } from './stack/start-stack.ts';
import type { Stack } from './stack/start-stack.ts';

interface Fixtures {
  /** A browser profile and a cable of its own; its pages may only do what the policy allows. */
  openDesk: () => Promise<Desk>;
  /** The same in a browser of its own, which has a camera; pages may use it unless `forbidden`. */
  openCameraDesk: (options?: { forbidden: boolean }) => Promise<{ desk: Desk; camera: FakeCamera }>;
  /** A new person with a new account, at an empty list of chats, at a new desk. */
  openPerson: (displayName: string) => Promise<Person>;
}

/**
 * Tests of the whole of Sotto. Each Playwright worker has a stack of its own. Every page of every
 * test is watched: a violation of the policy, an error nobody caught or a request to a third party
 * fails the test that caused it.
 */
export const test = base.extend<Fixtures, { stack: Stack }>({
  stack: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from it
    async ({}, provide) => {
      const stack = await startStack();
      await provide(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  openDesk: async ({ browser, stack }, provide) => {
    const violations: string[] = [];
    const desks: Desk[] = [];
    await provide(async () => {
      const desk = await setUpDesk(browser, stack);
      desks.push(desk);
      await watchPolicy(desk, violations);
      return desk;
    });
    for (const { context } of desks) await context.close();
    base.expect(violations, 'what pages did that they may not').toEqual([]);
  },

  openCameraDesk: async ({ stack }, provide) => {
    const violations: string[] = [];
    const ends: (() => Promise<unknown>)[] = [];
    await provide(async ({ forbidden } = { forbidden: false }) => {
      const camera = createFakeCamera();
      const allowed = camera.args.filter((arg) => !forbidden || arg !== allowCamera);
      const args = [...browserOptions.args, ...allowed];
      const browser = await chromium.launch({ ...browserOptions, args });
      ends.push(() => browser.close().then(camera.remove));
      const desk = await setUpDesk(browser, stack);
      await watchPolicy(desk, violations);
      return { desk, camera };
    });
    for (const end of ends) await end();
    base.expect(violations, 'what pages did that they may not').toEqual([]);
  },

  openPerson: async ({ openDesk }, provide) => {
    await provide(async (displayName) => {
      const person = await Person.at(await openDesk(), newIdentity(displayName));
      await person.join();
      return person;
    });
  },
});

export { expect } from '@playwright/test';
