import { readFileSync } from 'node:fs';

/**
 * Whether a process with this number runs, also one of another user. A process that has ended but was
 * not collected by its parent (a container without an init leaves such) does not count.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // No /proc (macOS, Windows), or it ended just now, which the next call sees.
    return true;
  }
}
