/**
 * `npm start`: everything from a fresh clone to a served page. Installs, builds the web client if it
 * changed, then hands over to the relay, which starts the embedded stack unless SUPABASE_URL is set.
 * `--dev` rebuilds the web client and restarts the relay when sources change.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, root, toolEnvironment } from './install.mjs';
import { ensureWebBuilt } from './web-build.mjs';

const dev = process.argv.includes('--dev');
const web = join(root, 'apps', 'web');
const relay = join(root, 'apps', 'relay');

ensureInstalled();
const status = ensureWebBuilt();
if (status !== 0) process.exit(status);

const children = [];

/**
 * In a process group of its own: a terminal sends Ctrl-C to the whole foreground group, and what is
 * started here must hear each signal once. The channel tells the relay when this process is gone.
 */
function start(command, args, directory) {
  const child = spawn(command, args, {
    cwd: directory,
    detached: process.platform !== 'win32',
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { SOTTO_DATA_DIR: join(root, 'data'), ...toolEnvironment(directory) },
  });
  children.push(child);
  return child;
}

if (dev) start('vite', ['build', '--watch', '--logLevel', 'warn'], web);
const server = start(
  process.execPath,
  ['--import', 'tsx', ...(dev ? ['--watch'] : []), 'src/main.ts'],
  relay,
);

// npm passes on what the terminal has sent already: the same signal at once is the same Ctrl-C.
let lastSignalMs = -Infinity;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    const now = performance.now();
    if (now - lastSignalMs < 1000) return;
    lastSignalMs = now;
    for (const child of children) if (child.exitCode === null) child.kill(signal);
  });

server.on('exit', (code, signal) => {
  for (const child of children) if (child !== server) child.kill('SIGTERM');
  process.exitCode = code ?? (signal ? 1 : 0);
});
