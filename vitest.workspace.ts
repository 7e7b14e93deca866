import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';

/**
 * Every test project, by name. `vitest.config.ts` imports this list; Vitest 4 would ignore the bare
 * file silently, so `scripts/check.mjs` asserts that each name here also appears in `vitest list`.
 */
export interface Project {
  extends: true;
  test: Record<string, unknown> & { name: string };
}

const node = (name: string, root: string, include: string[], more = {}): Project => ({
  extends: true,
  test: { name, root, include, environment: 'node', ...more },
});

/** No sandbox, for root in containers; nothing that would call out to the internet. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** Real processes (PostgreSQL, PostgREST, sockets) start slower than pure code. */
const real = { testTimeout: 60_000, hookTimeout: 120_000 };

export const projects: Project[] = [
  node('crypto', './packages/crypto', ['src/**/*.test.ts', 'test/**/*.test.ts'], {
    testTimeout: 120_000,
  }),
  node(
    'crypto-chromium',
    './packages/crypto',
    ['test/browser/**/*.test.ts', 'test/golden/**/*.test.ts'],
    {
      testTimeout: 120_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
            args: chromiumArguments,
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  ),
  node('protocol', './packages/protocol', ['src/**/*.test.ts', 'test/**/*.test.ts']),
  node('client', './packages/client', ['src/**/*.test.ts', 'test/**/*.test.ts'], real),
  node('hostile-relay', './packages/hostile-relay', ['test/**/*.test.ts'], real),
  node(
    'local-supabase',
    './packages/local-supabase',
    ['src/**/*.test.ts', 'test/**/*.test.ts'],
    real,
  ),
  node('database', './supabase', ['tests/**/*.test.ts', 'tools/**/*.test.ts'], real),
  node('relay', './apps/relay', ['src/**/*.test.ts', 'test/**/*.test.ts'], real),
  node('web', './apps/web', ['src/**/*.test.ts', 'src/**/*.test.tsx'], {
    environment: 'jsdom',
    // Typing through jsdom is slow where other work has the processor.
    testTimeout: 20_000,
    setupFiles: [fileURLToPath(new URL('apps/web/src/testing/setup.ts', import.meta.url))],
  }),
];

export default projects;
