/**
 * Runs PostgREST behind the gateway and keeps it running.
 *
 * It listens on a unix socket in a private folder (on Windows on a port of 127.0.0.1) and accepts
 * only HS256 tokens signed with a secret that it shares with the gateway alone. Its token cache stays
 * off, because version 12.0.2 goes on accepting tokens of a removed key from it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalSupabaseError } from '../errors.ts';
import { processGuard } from '../process/child-guard.ts';
import { findFreePort } from '../process/free-port.ts';
import { assertReachable } from '../process/path-access.ts';
import type { RunAs } from '../process/system-user.ts';
import type { StackLog } from '../stack/stack-log.ts';

/** What {@link startPostgrest} needs. */
export interface StartPostgrestOptions {
  /** Path of the program, from `findPostgrest`. */
  readonly program: string;
  /** As `authenticator`. */
  readonly databaseUrl: string;
  /** HS256 secret of at least 32 bytes. */
  readonly internalSecret: string;
  readonly runAs: RunAs | undefined;
  readonly log: StackLog;
  readonly poolSize?: number;
  /** Most rows of one answer. */
  readonly maxRows?: number;
}

/** Where to send a request: fits `node:http`'s options. */
export type HttpTarget =
  { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** A running PostgREST. */
export interface RunningPostgrest {
  readonly target: HttpTarget;
  /** Of the process that runs now. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 3_000;
const firstBackOffMs = 200;
const longestBackOffMs = 10_000;

/**
 * Starts PostgREST and waits until it has read the schema. Later crashes are answered with a restart
 * after 0.2 s, doubling up to 10 s.
 *
 * @throws LocalSupabaseError `postgrest_failed` with its last messages.
 */
export async function startPostgrest(options: StartPostgrestOptions): Promise<RunningPostgrest> {
  const { runAs, log } = options;
  const folder = await mkdtemp(join(tmpdir(), 'sotto-rest-'));
  processGuard().addFolder(folder);
  if (runAs) {
    await chown(folder, runAs.uid, runAs.gid);
    await assertReachable(options.program, 'PostgREST', runAs);
  }
  const target: HttpTarget =
    process.platform === 'win32'
      ? { host: '127.0.0.1', port: await findFreePort() }
      : { socketPath: join(folder, 'http') };
  const environment = configuration(options, target);
  let stopping = false;
  let child = launch(options, environment);
  let backOffMs = firstBackOffMs;

  const keepRunning = async (): Promise<void> => {
    for (;;) {
      const startedAt = Date.now();
      const code = await child.ended;
      if (stopping) return;
      if (Date.now() - startedAt > longestBackOffMs) backOffMs = firstBackOffMs;
      log('error', `PostgREST ended (${code}); starting it again in ${backOffMs} ms`);
      await pause(backOffMs);
      backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
      if (stopping) return;
      if ('socketPath' in target) await rm(target.socketPath, { force: true });
      child = launch(options, environment);
    }
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    await endChild(child);
    await rm(folder, { recursive: true, force: true });
    processGuard().removeFolder(folder);
  };

  try {
    await waitUntilReady(target, child);
  } catch (cause) {
    await stop();
    throw cause;
  }
  const running = keepRunning();
  return {
    target,
    pid: () => child.process.pid,
    stop: async () => {
      await stop();
      await running;
    },
  };
}

function configuration(options: StartPostgrestOptions, target: HttpTarget): Record<string, string> {
  return {
    PGRST_DB_URI: options.databaseUrl,
    PGRST_DB_SCHEMAS: 'public',
    PGRST_DB_ANON_ROLE: 'anon',
    PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
    PGRST_DB_MAX_ROWS: String(options.maxRows ?? 1000),
    PGRST_DB_POOL: String(options.poolSize ?? 10),
    // Without it PostgREST also leaves out the statement timeouts of the request roles.
    PGRST_DB_CONFIG: 'true',
    PGRST_JWT_SECRET: options.internalSecret,
    PGRST_JWT_AUD: 'authenticated',
    PGRST_JWT_CACHE_MAX_LIFETIME: '0',
    PGRST_OPENAPI_MODE: 'disabled',
    PGRST_LOG_LEVEL: 'crit',
    ...('socketPath' in target
      ? { PGRST_SERVER_UNIX_SOCKET: target.socketPath, PGRST_SERVER_UNIX_SOCKET_MODE: '600' }
      : { PGRST_SERVER_HOST: target.host, PGRST_SERVER_PORT: String(target.port) }),
  };
}

interface Launched {
  readonly process: ChildProcess;
  /** The exit code or signal. */
  readonly ended: Promise<string>;
  /** The last output. */
  output(): string;
}

function launch(options: StartPostgrestOptions, environment: Record<string, string>): Launched {
  const guard = processGuard();
  const child = spawn(options.program, [], {
    ...options.runAs,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...environment },
    cwd: tmpdir(),
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-2_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  if (child.pid !== undefined) guard.add(child.pid, 'SIGTERM');
  const ended = once(child, 'exit').then(
    ([code, signal]) => {
      if (child.pid !== undefined) guard.remove(child.pid);
      return String(code ?? signal);
    },
    (error: unknown) => {
      keep(Buffer.from(String(error)));
      return 'not started';
    },
  );
  return { process: child, ended, output: () => output.trim() };
}

const isRunning = (child: ChildProcess): boolean =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

async function endChild({ process: child, ended }: Launched): Promise<void> {
  if (!isRunning(child)) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

async function waitUntilReady(target: HttpTarget, child: Launched): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline && isRunning(child.process)) {
    const status = await probe(target);
    // 503 means that the schema is not read yet; the root answers 404 because OpenAPI is off.
    if (status !== undefined && status !== 503) return;
    await pause(10);
  }
  throw new LocalSupabaseError(
    'postgrest_failed',
    `PostgREST did not become ready:\n${child.output()}`,
  );
}

function probe(target: HttpTarget): Promise<number | undefined> {
  return new Promise((resolve) => {
    const call = request({ ...target, path: '/', method: 'GET', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', () => resolve(undefined));
    call.on('timeout', () => call.destroy());
    call.end();
  });
}
