/**
 * Installs an oracle into the system's temporary folder: never into the workspace, never into its lockfile. An oracle is
 * run, and not read: nothing of it is copied or shipped.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const installTimeoutMs = 300_000;

/** Installs `name` at `version` unless it is there already, and imports it. */
export async function importOracle(name: string, version: string): Promise<unknown> {
  const folder = join(
    tmpdir(),
    'sotto-interop',
    `${name.replaceAll(/[^a-z0-9]+/g, '-')}-${version}`,
  );
  if (!existsSync(join(folder, 'node_modules', name))) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
    await runNpm(folder, [`${name}@${version}`]);
  }
  const entry = createRequire(join(folder, 'package.json')).resolve(name);
  return import(pathToFileURL(entry).href);
}

function runNpm(folder: string, packages: string[]): Promise<void> {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['install', ...flags, ...packages], {
      cwd: folder,
      stdio: 'inherit',
      timeout: installTimeoutMs,
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm install ${packages.join(' ')} ended with ${code}`));
    });
  });
}
