/**
 * One PostgreSQL server per test run, shared by its worker processes.
 *
 * The first worker copies the prepared cluster and starts the server; the others find it through a
 * file. A guard process watches the process of the run itself (not the worker) and, when that is
 * gone, ends the server and deletes its folder. What a killed guard left is swept by the next run.
 */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { findPostgresBinaries } from '../postgres/binaries.ts';
import type { RolePasswords } from '../postgres/bootstrap.ts';
import { clearStalePostmaster } from '../postgres/postmaster-pid.ts';
import { startPostgres } from '../postgres/start-postgres.ts';
import { startDetachedGuard } from '../process/child-guard.ts';
import { copyOwned } from './copy-owned.ts';
import { exclusively } from '../process/exclusive-folder.ts';
import { isAlive } from '../process/is-alive.ts';
import { prepareCluster, testFolder } from './prepared-cluster.ts';

/** How to reach the server of this test run. */
export interface TestServer {
  readonly pid: number;
  readonly port: number;
  readonly passwords: RolePasswords;
}

const maxConnections = 300;
let shared: Promise<TestServer> | undefined;

/** The server of this test run; started on first use. */
export function testServer(): Promise<TestServer> {
  shared ??= findOrStart().catch((cause: unknown) => {
    shared = undefined;
    throw cause;
  });
  return shared;
}

/**
 * The process whose end is the end of the test run. Vitest runs test files in child processes (or in
 * threads) that come and go; elsewhere the run is the current process.
 */
function runProcess(): number {
  return process.env['VITEST_WORKER_ID'] !== undefined && isMainThread ? process.ppid : process.pid;
}

async function findOrStart(): Promise<TestServer> {
  const runPid = runProcess();
  const prepared = await prepareCluster();
  const folder = await testFolder();
  const home = join(folder, `run-${runPid}`);
  const known = await readRunning(home);
  if (known) return known;
  return await exclusively(`${home}.lock`, async () => {
    const found = await readRunning(home);
    if (found) return found;
    await sweep(folder);
    await clearStalePostmaster(join(home, 'data'));
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { mode: 0o711 });
    const directory = join(home, 'data');
    await copyOwned(prepared.directory, directory, prepared.runAs);
    const guard = startDetachedGuard(runPid);
    guard.addFolder(home);
    const server = await startPostgres({
      binaries: await findPostgresBinaries(),
      directory,
      logFile: join(home, 'postgres.log'),
      runAs: prepared.runAs,
      adminPassword: prepared.passwords.supabase_admin,
      durability: 'none',
      maxConnections,
      guard,
    });
    const { pid, port } = server;
    const running: TestServer = { pid, port, passwords: prepared.passwords };
    await writeFile(join(home, 'server.json'), JSON.stringify(running), { mode: 0o600 });
    return running;
  });
}

async function readRunning(home: string): Promise<TestServer | undefined> {
  const file = await readFile(join(home, 'server.json'), 'utf8').catch(() => undefined);
  if (file === undefined) return undefined;
  const server = JSON.parse(file) as TestServer;
  return isAlive(server.pid) ? server : undefined;
}

/** Ends servers and deletes folders of test runs that are over. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const runPid = /^run-(\d+)$/.exec(name)?.[1];
    if (runPid === undefined || isAlive(Number(runPid))) continue;
    await clearStalePostmaster(join(folder, name, 'data'));
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
