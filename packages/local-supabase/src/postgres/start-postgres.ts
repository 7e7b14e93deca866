/**
 * Runs the packaged PostgreSQL server on a data directory and stops it again.
 *
 * The server listens on 127.0.0.1 only and has no unix socket. Its messages go to a file beside the
 * data directory; ordinary query errors are not logged there, because their details can quote row
 * values. With `durability: 'full'` the settings that make a commit survive a power cut are passed on
 * the command line, where they win over any file, and asserted after the start.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { once } from 'node:events';
import pg from 'pg';
import { LocalSupabaseError } from '../errors.ts';
import { processGuard } from '../process/child-guard.ts';
import type { ChildGuard } from '../process/child-guard.ts';
import { findFreePort } from '../process/free-port.ts';
import type { RunAs } from '../process/system-user.ts';
import type { PostgresBinaries } from './binaries.ts';
import { connectionUrl } from './connection-url.ts';
import { clearStalePostmaster, readPostmaster } from './postmaster-pid.ts';

/** How hard a commit is written down: `none` is for tests only, it does not survive a power cut. */
type Durability = 'full' | 'none';

/** What {@link startPostgres} needs; the data directory must be initialised. */
export interface StartPostgresOptions {
  readonly binaries: PostgresBinaries;
  readonly directory: string;
  readonly logFile: string;
  readonly runAs: RunAs | undefined;
  readonly adminPassword: string;
  /** Tried first; any free port is used when it is taken. */
  readonly preferredPort?: number;
  readonly durability?: Durability;
  readonly maxConnections?: number;
  /** Who ends the server if this process dies; by default a guard tied to this process. */
  readonly guard?: ChildGuard;
}

/** A running server. */
export interface RunningPostgres {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const maxLogBytes = 5 * 1024 * 1024;
const bindAttempts = 5;

const durableSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
} as const;
const throwAwaySettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '64MB',
} as const;

/**
 * Starts the server and waits until it accepts connections.
 *
 * @throws LocalSupabaseError `postgres_failed` with the end of the server's own log, or when a
 *   durable server reports a setting that is not.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  await clearStalePostmaster(options.directory);
  await rotateLog(options.logFile);
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort(attempt === 1 ? options.preferredPort : 0);
    const started = await tryStart(options, port);
    if (!('failure' in started)) {
      if (options.durability !== 'none') await assertDurable(options.adminPassword, started);
      return started;
    }
    // Another program can take the port between the probe and the start; and after a crash the last
    // workers of the old server may hold its shared memory for a moment.
    const transient = /could not bind|pre-existing shared memory/i.test(started.failure);
    if (transient && attempt < bindAttempts) {
      await pause(200);
      continue;
    }
    throw new LocalSupabaseError(
      'postgres_failed',
      `PostgreSQL did not start on ${options.directory}:\n${started.failure}`,
    );
  }
}

async function tryStart(
  options: StartPostgresOptions,
  port: number,
): Promise<RunningPostgres | { failure: string }> {
  const settings = {
    ...(options.durability === 'none' ? throwAwaySettings : durableSettings),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    max_connections: String(options.maxConnections ?? 100),
    password_encryption: 'scram-sha-256',
    lc_messages: 'C',
    log_checkpoints: 'off',
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_timezone: 'UTC',
    timezone: 'UTC',
    shared_preload_libraries: 'pg_stat_statements',
    // Statements that are not queries would be kept with their literals, passwords among them.
    'pg_stat_statements.track_utility': 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await open(options.logFile, 'a', 0o600);
  const { size: logStart } = await log.stat();
  const guard = options.guard ?? processGuard();
  const child = spawn(options.binaries.postgres, ['-D', options.directory, ...flags], {
    ...options.runAs,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    cwd: options.directory,
  });
  const ended = once(child, 'exit').then(
    () => guard.remove(child.pid),
    () => undefined,
  );
  if (child.pid !== undefined) guard.add(child.pid, 'SIGINT');
  await log.close();
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && child.pid !== undefined && isRunning(child)) {
    const state = await readPostmaster(options.directory);
    if (state?.pid === child.pid && state.ready) {
      child.unref();
      return { port, pid: child.pid, ended, stop: () => stop(child, ended) };
    }
    await pause(8);
  }
  if (isRunning(child)) child.kill('SIGQUIT');
  await ended;
  const message = (await readFile(options.logFile)).subarray(logStart).toString('utf8').trim();
  return { failure: message.slice(-2_000) || 'it ended without a message' };
}

const isRunning = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (!isRunning(child)) return;
  child.ref();
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

async function assertDurable(adminPassword: string, server: RunningPostgres): Promise<void> {
  const client = new pg.Client(
    connectionUrl({
      role: 'supabase_admin',
      password: adminPassword,
      port: server.port,
      database: 'template1',
    }),
  );
  try {
    await client.connect();
    const names = Object.keys(durableSettings);
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [names],
    );
    const wrong = rows.filter(({ setting }) => setting !== 'on').map(({ name }) => name);
    if (rows.length !== names.length || wrong.length > 0) {
      throw new LocalSupabaseError('postgres_failed', `Not durable: ${wrong.join(', ')} is off.`);
    }
  } catch (cause) {
    await server.stop();
    if ((cause as { code?: string }).code === '28P01') {
      throw new LocalSupabaseError(
        'data_directory_unusable',
        'The stored passwords do not fit the database: secrets and data are from different installations.',
        cause,
      );
    }
    throw cause;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maxLogBytes) await rename(file, `${file}.1`);
}
