/** Builds the web client when its sources have changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, runTool } from './install.mjs';

const web = join(root, 'apps', 'web');
const stamp = join(root, 'node_modules', '.sotto-web-built');

const sources = [
  'apps/web/src',
  'apps/web/public',
  'apps/web/index.html',
  'apps/web/package.json',
  'apps/web/vite.config.ts',
  'packages/client/src',
  'packages/crypto/src',
  'packages/protocol/src',
  'pnpm-lock.yaml',
];

function* filesUnder(path) {
  if (!existsSync(path)) return;
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  for (const entry of entries) if (entry.isFile()) yield join(entry.parentPath, entry.name);
}

function wanted() {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    const files = /\.[a-z]+$/.test(source)
      ? [path]
      : [...filesUnder(path)].sort((a, b) => (a < b ? -1 : 1));
    for (const file of files) {
      if (!existsSync(file) || /\.test\.tsx?$/.test(file)) continue;
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

export function ensureWebBuilt() {
  const hash = wanted();
  const built = existsSync(join(web, 'dist', 'index.html')) && existsSync(stamp);
  if (built && readFileSync(stamp, 'utf8') === hash) return 0;
  console.log('Building the web client …');
  const status = runTool('vite', ['build', '--logLevel', 'warn'], { directory: web });
  if (status === 0) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, hash);
  }
  return status;
}
