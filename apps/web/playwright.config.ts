import { defineConfig } from '@playwright/test';
import { browserOptions } from './e2e/stack/browser-options.ts';

/** Specs about accounts, which make many of them. */
const accounts = /(?:contact|devices|security)\.spec\.ts$/;

/** The browser tests: the built client in real Chromium, against the real relay and stack. */
export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  globalTimeout: 15 * 60_000,
  // Each project has stacks of its own: one address may sign up and in 30 times in five minutes.
  projects: [
    { name: 'accounts', testMatch: accounts },
    { name: 'everything else', testIgnore: accounts },
  ],
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: browserOptions,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    trace: 'off',
    screenshot: 'only-on-failure',
  },
});
