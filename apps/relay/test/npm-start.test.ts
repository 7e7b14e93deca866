/** `scripts/start.mjs` as a terminal runs it: Ctrl-C goes to the whole process group. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url));
let folder: string;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sotto-npm-start-'));
  await chmod(folder, 0o711);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  server.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts it as the leader of a process group and waits until it serves. */
async function startGroup() {
  const child = spawn(process.execPath, [program], {
    detached: true,
    env: { ...process.env, PORT: String(port), SOTTO_DATA_DIR: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('  Sotto   http')) resolve();
    });
    child.once('exit', () => reject(new Error(`it ended: ${output}`)));
  });
  return child;
}

async function postgresPid(): Promise<number> {
  const file = await readFile(join(folder, 'data', 'postgres', 'postmaster.pid'), 'utf8');
  return Number(file.split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('Ctrl-C ends everything in order, and the next start finds nothing in its way', async () => {
  for (let round = 0; round < 2; round += 1) {
    const child = await startGroup();
    const database = await postgresPid();
    const exited = once(child, 'exit');

    process.kill(-(child.pid ?? 0), 'SIGINT');

    expect(await exited).toEqual([0, null]);
    expect(isAlive(database)).toBe(false);
    expect(existsSync(join(folder, 'data', 'stack.lock'))).toBe(false);
  }
});

it('a start that is killed takes the relay and the database with it', async () => {
  const child = await startGroup();
  const database = await postgresPid();

  child.kill('SIGKILL');

  await expect.poll(() => isAlive(database), { timeout: 20_000 }).toBe(false);
  const next = await startGroup();
  const exited = once(next, 'exit');
  next.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
