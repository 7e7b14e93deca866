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

function start(command, args, directory) {
  const child = spawn(command, args, {
    cwd: directory,
    stdio: 'inherit',
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

// A terminal sends Ctrl-C to the whole group; a supervisor signals this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    for (const child of children) if (child.exitCode === null) child.kill(signal);
  });

server.on('exit', (code, signal) => {
  for (const child of children) if (child !== server) child.kill('SIGTERM');
  process.exitCode = code ?? (signal ? 1 : 0);
});
