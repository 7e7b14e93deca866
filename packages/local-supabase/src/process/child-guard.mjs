// Ends child processes whose owner has died, even by SIGKILL.
//
// Started detached by child-guard.ts. It reads one JSON line per change from its standard input:
// {"add": pid, "signal": "SIGINT"}, {"remove": pid}, {"addFolder": path} or {"removeFolder": path}.
// The owner's death closes the pipe. With `--watch <pid>` the guard outlives the pipe and waits for
// that process to end instead, or for all that it guards to have ended.
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const watched = process.argv[2] === '--watch' ? Number(process.argv[3]) : undefined;
const folders = new Set();
const children = new Map();
const graceMs = 8_000;

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  try {
    // A process that ended but was never collected by its parent counts as ended.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
};

const send = (pid, signal) => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function endAll() {
  for (const [pid, signal] of children) send(pid, signal);
  const deadline = Date.now() + graceMs;
  while (Date.now() < deadline && [...children.keys()].some(isAlive)) await pause(50);
  for (const pid of children.keys()) if (isAlive(pid)) send(pid, 'SIGKILL');
  await pause(50);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const change = JSON.parse(line);
  if (change.add) children.set(change.add, change.signal);
  if (change.remove) children.delete(change.remove);
  if (change.addFolder) folders.add(change.addFolder);
  if (change.removeFolder) folders.delete(change.removeFolder);
});
lines.on('close', () => {
  if (watched === undefined) void endAll();
});

if (watched !== undefined) {
  setInterval(() => {
    if (!isAlive(watched) || (children.size > 0 && ![...children.keys()].some(isAlive))) {
      void endAll();
    }
  }, 250);
}
