import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findPostgrest } from '../src/postgrest/find-postgrest.ts';
import { startPostgrest } from '../src/postgrest/start-postgrest.ts';
import type { RunningPostgrest } from '../src/postgrest/start-postgrest.ts';
import { resolveRunAs } from '../src/process/system-user.ts';
import { createTestDatabase } from '../src/testing/index.ts';
import type { TestDatabase } from '../src/testing/index.ts';

let database: TestDatabase;
let postgrest: RunningPostgrest;
const messages: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase({ migrations: false });
  postgrest = await start(database.urlFor('authenticator'));
});
afterAll(async () => {
  await postgrest.stop();
  await database.drop();
});

const start = async (databaseUrl: string): Promise<RunningPostgrest> =>
  startPostgrest({
    program: await findPostgrest(),
    databaseUrl,
    internalSecret: 'a secret of more than thirty-two bytes',
    runAs: await resolveRunAs(),
    log: (_level, message) => messages.push(message),
  });
const status = (): Promise<number | undefined> =>
  new Promise((resolve) => {
    const call = request({ ...postgrest.target, path: '/missing' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', () => resolve(undefined));
    call.end();
  });

it('is ready when it says so', async () => {
  expect(await status()).toBe(404);
});

it('starts again after it was killed', async () => {
  process.kill(postgrest.pid() ?? 0, 'SIGKILL');

  await expect.poll(status, { timeout: 15_000 }).toBe(404);
  expect(messages.join()).toContain('PostgREST ended (SIGKILL)');
});

it('says why it cannot start', async () => {
  const url = new URL(database.urlFor('authenticator'));
  url.password = 'wrong';

  await expect(start(url.href)).rejects.toMatchObject({
    code: 'postgrest_failed',
    message: expect.stringMatching(/password authentication failed/),
  });
});
