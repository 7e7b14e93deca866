import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const web = join(import.meta.dirname, '..', '..');
const relay = join(web, '..', 'relay');
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

/** A relay as `npm start` runs it: own process, own embedded stack, own data directory. */
export interface RelayProcess {
  dataDirectory: string;
  /** Everything it wrote so far, standard output and error. */
  log(): string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

export async function startRelay(port: number): Promise<RelayProcess> {
  if (!existsSync(join(web, 'dist', 'index.html'))) {
    throw new Error('The web client is not built: run `npm run build` first');
  }
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sotto-e2e-'));
  // PostgreSQL runs as another user than root and has to pass through.
  await chmod(dataDirectory, 0o711);
  const chunks: Buffer[] = [];
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: relay,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      HOST: '127.0.0.1',
      SOTTO_DATA_DIR: dataDirectory,
      LOG_LEVEL: 'trace',
    },
  });
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(child, 'exit');
  const log = (): string => Buffer.concat(chunks).toString('utf8');

  async function stop(): Promise<void> {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    if (child.exitCode === null && child.signalCode === null) await ended;
    clearTimeout(timer);
    await rm(dataDirectory, { recursive: true, force: true });
  }

  const deadline = Date.now() + startTimeoutMs;
  while (!(await isReady(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The relay did not start:\n${log()}`);
    }
    await wait(50);
  }
  return { dataDirectory, log, stop };
}
