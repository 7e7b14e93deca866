/** `src/main.ts` as an operator starts it: in a process of its own, told everything by its environment. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './support/person.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let folder: string;
let child: ChildProcess;
let relay: { url: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-start-'));
  // The user that runs PostgreSQL passes through it.
  await chmod(folder, 0o711);
  const port = await freePort();
  child = spawn(process.execPath, ['--import', 'tsx', program], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      SOTTO_DATA_DIR: join(folder, 'data'),
      PUBLIC_URL: 'https://chat.example',
      AUTH_SIGNUP: 'false',
      AUTH_GUESTS: 'false',
      AUTH_AUTOCONFIRM: 'false',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await started(child);
  relay = { url: `http://127.0.0.1:${port}` };
}, 60_000);
afterAll(async () => {
  if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  await rm(folder, { recursive: true, force: true });
});

/** Resolves when the program says that it serves. */
async function started(process: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let output = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('Sotto   https://chat.example')) resolve();
    });
    process.once('exit', () => reject(new Error(`it ended: ${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('A relay started with an environment', () => {
  it('has the auth service that was asked for', async () => {
    const { body: config } = await ask(relay, 'GET', '/config.json');
    const headers = { apikey: String(config['publishableKey']) };
    const settings = await ask(relay, 'GET', '/auth/v1/settings', { headers });
    const signUp = (body: object) => ask(relay, 'POST', '/auth/v1/signup', { headers, body });

    const guest = await signUp({});
    const person = await signUp({ email: 'a@example.org', password: 'correct horse' });

    expect(config['supabaseUrl']).toBe('https://chat.example');
    expect(settings.body).toMatchObject({
      disable_signup: true,
      mailer_autoconfirm: false,
      external: { anonymous_users: false },
    });
    expect([guest.status, person.status]).toEqual([422, 422]);
  });

  it('leaves no second one on its port, and says so before it makes anything', async () => {
    const taken = new URL(relay.url).port;
    const dataDirectory = join(folder, 'second');
    const second = spawn(process.execPath, ['--import', 'tsx', program], {
      env: { PATH: process.env['PATH'], PORT: taken, SOTTO_DATA_DIR: dataDirectory },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    second.stderr.on('data', (chunk: Buffer) => (words += chunk.toString('utf8')));

    expect(await once(second, 'close')).toEqual([64, null]);
    expect(words).toContain(`PORT: ${taken} is in use on 127.0.0.1; set PORT to a free one`);
    expect(existsSync(dataDirectory)).toBe(false);
  });

  it('ends in order when it is told to', async () => {
    const exited = once(child, 'exit');

    child.kill('SIGTERM');

    expect(await exited).toEqual([0, null]);
  });
});
