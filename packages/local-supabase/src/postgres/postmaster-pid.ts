import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
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

/**
 * Makes way for a new server where an earlier one was killed.
 *
 * Three cases: the process is gone (PostgreSQL itself replaces the file); its number now belongs to
 * another program, which PostgreSQL cannot tell and would refuse to start on (the file is removed);
 * or an orphaned server still runs, which is asked to stop. The caller must hold the data
 * directory's lock, so that the server cannot belong to a living owner.
 */
export async function clearStalePostmaster(directory: string): Promise<void> {
  const state = await readPostmaster(directory);
  if (state === undefined || !isAlive(state.pid)) return;
  if (!(await isServerOf(state.pid))) {
    await rm(join(directory, 'postmaster.pid'), { force: true });
    return;
  }
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    process.kill(state.pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(state.pid)) return;
      await pause(25);
    }
  }
}

/** Whether the process is a PostgreSQL server rather than a stranger that got its number. */
async function isServerOf(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(async () => {
    const listed = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => undefined);
    return listed?.stdout ?? 'postgres';
  });
  return command.includes('postgres');
}
