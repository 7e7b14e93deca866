/**
 * Installs the workspace when it is missing or older than the lockfile. Needs Node and npm only:
 * pnpm comes through npx, pinned, because the corepack bundled with Node 20 fails on signatures.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const stamp = join(root, 'node_modules', '.sotto-installed');
const pnpm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;

function wanted() {
  const hash = createHash('sha256').update(process.version).update(pnpm);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function assertNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Sotto needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(69);
}

export function ensureInstalled() {
  assertNodeVersion();
  const hash = wanted();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.log(`Installing packages with ${pnpm} …`);
  const { status } = spawnSync(
    'npx',
    ['-y', pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, npm_config_loglevel: 'error', CI: 'true' },
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) {
    console.error('Installing failed; the lines above say why.');
    process.exit(status ?? 70);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** Environment in which the tools of `directory` and of the root are found by name. */
export function toolEnvironment(directory = root) {
  const bins = [join(directory, 'node_modules', '.bin'), join(root, 'node_modules', '.bin')];
  return { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) };
}

/** Runs a tool of the workspace in the foreground; returns its exit code. */
export function runTool(command, args, { directory = root, env = {} } = {}) {
  const { status } = spawnSync(command, args, {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...toolEnvironment(directory), ...env },
    shell: process.platform === 'win32',
  });
  return status ?? 70;
}
