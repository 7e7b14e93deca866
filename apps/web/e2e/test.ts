import { test as base } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { Person, newIdentity } from './people/person.ts';
import { watchPolicy } from './people/watch-policy.ts';
import { startStack } from './stack/start-stack.ts';
import type { Stack } from './stack/start-stack.ts';

interface Fixtures {
  /** A browser profile of its own, whose pages may only do what the policy allows. */
  openContext: () => Promise<BrowserContext>;
  /** A new person with a new account, at an empty list of chats, in a new context. */
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

  baseURL: async ({ stack }, provide) => provide(stack.origin),

  openContext: async ({ browser, stack, baseURL, locale, viewport }, provide) => {
    const violations: string[] = [];
    const contexts: BrowserContext[] = [];
    await provide(async () => {
      const context = await browser.newContext({
        ...(baseURL ? { baseURL } : {}),
        ...(locale ? { locale } : {}),
        viewport,
      });
      contexts.push(context);
      await watchPolicy(context, stack.origin, violations);
      return context;
    });
    for (const context of contexts) await context.close();
    base.expect(violations, 'what pages did that they may not').toEqual([]);
  },

  openPerson: async ({ openContext }, provide) => {
    await provide(async (displayName) => {
      const person = await Person.in(await openContext(), newIdentity(displayName));
      await person.join();
      return person;
    });
  },
});

export { expect } from '@playwright/test';
