/**
 * Children of the stack run in their own session, so that Ctrl-C reaches only the owner, which then
 * stops them in order. The price is that nothing ends them when the owner is killed with SIGKILL;
 * the guard, a very small process beside the owner, does that.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Keeps a list of processes to end when the owner is gone. */
export interface ChildGuard {
  /** Adds a process and the signal that ends it cleanly. */
  add(pid: number, signal: NodeJS.Signals): void;
  /** Removes a process that has ended. */
  remove(pid: number | undefined): void;
  /** Adds a folder to delete once the processes have ended. */
  addFolder(path: string): void;
  /** Removes a folder that was deleted already. */
  removeFolder(path: string): void;
}

const program = fileURLToPath(new URL('./child-guard.mjs', import.meta.url));

function startGuard(options: string[]): { guard: ChildGuard; process: ChildProcess } {
  const child = spawn(process.execPath, [program, ...options], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    cwd: '/',
  });
  child.unref();
  const input = child.stdin;
  // The owner must be able to end while the pipe is open; that is what closes it.
  (input as unknown as { unref?: () => void }).unref?.();
  input?.on('error', () => {});
  const tell = (change: object): void => {
    input?.write(`${JSON.stringify(change)}\n`);
  };
  return {
    guard: {
      add: (pid, signal) => tell({ add: pid, signal }),
      remove: (pid) => tell({ remove: pid }),
      addFolder: (folder) => tell({ addFolder: folder }),
      removeFolder: (folder) => tell({ removeFolder: folder }),
    },
    process: child,
  };
}

let ownGuard: { guard: ChildGuard; process: ChildProcess } | undefined;

/** The guard tied to the life of this process; one is started on first use, and again if it died. */
export function processGuard(): ChildGuard {
  if (ownGuard === undefined || ownGuard.process.exitCode !== null || ownGuard.process.killed) {
    ownGuard = startGuard([]);
  }
  return ownGuard.guard;
}

/**
 * Starts a guard tied to the life of another process, for servers shared by several processes. It
 * also acts when all processes that it guards have ended.
 */
export function startDetachedGuard(watchPid: number): ChildGuard {
  return startGuard(['--watch', String(watchPid)]).guard;
}
