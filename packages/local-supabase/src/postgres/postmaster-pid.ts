import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from '../process/is-alive.ts';

const run = promisify(execFile);

/** What a running server says about itself in `postmaster.pid`. */
export interface PostmasterState {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Reads `postmaster.pid`; `undefined` when there is none or it is still being written. */
export async function readPostmaster(directory: string): Promise<PostmasterState | undefined> {
  const file = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = file.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** A process number that no system gives out. */
const neverPid = 2_147_483_646;

/**
 * Makes way for a new server where an earlier one was killed.
 *
 * An orphaned server that still runs is asked to stop. Where the number belongs to another program by
 * now, or to a dead process that nobody collected (a container without an init), PostgreSQL would
 * refuse to start, so the number in the file is replaced. The rest of the file stays: through it
 * PostgreSQL sees whether workers of the old server still use its shared memory.
 *
 * The caller must hold the data directory's lock, so that the server has no living owner.
 */
export async function clearStalePostmaster(directory: string): Promise<void> {
  const state = await readPostmaster(directory);
  if (state === undefined) return;
  if (!isAlive(state.pid) || !(await isServerOf(state.pid, directory))) {
    const file = join(directory, 'postmaster.pid');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) await writeFile(file, text.replace(/^\d+/, String(neverPid)));
    return;
  }
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    send(state.pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(state.pid)) return await clearStalePostmaster(directory);
      await pause(25);
    }
  }
}

/**
 * Whether the process is a server on this very directory, rather than a stranger, or another
 * database, that got its number. Where the system does not tell, it counts as a stranger: a process
 * that may be somebody else's is never signalled.
 */
async function isServerOf(pid: number, directory: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(async () => {
    const listed = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => undefined);
    return listed?.stdout ?? '';
  });
  return command.includes('postgres') && command.includes(directory);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended just now.
  }
}
