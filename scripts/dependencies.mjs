/** Every library of the workspace has its reason in docs/dependencies.md, and no row is left over. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

function manifests() {
  const folders = ['.', 'supabase', 'bench'];
  for (const parent of ['apps', 'packages'])
    for (const name of readdirSync(join(root, parent))) folders.push(join(parent, name));
  return folders.map((folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'))));
}

export function everyDependencyHasAReason() {
  const used = new Set(
    manifests()
      .flatMap(({ dependencies = {}, devDependencies = {} }) => [
        ...Object.keys(dependencies),
        ...Object.keys(devDependencies),
      ])
      .filter((name) => !name.startsWith('@sotto/')),
  );
  const page = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');
  const firstColumns = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|')[1] ?? '');
  const named = new Set(
    firstColumns.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1])),
  );
  const silent = [...used].filter((name) => !named.has(name));
  const gone = [...named].filter((name) => !used.has(name));
  for (const name of silent) console.error(`docs/dependencies.md has no reason for ${name}`);
  for (const name of gone) console.error(`docs/dependencies.md names ${name}, which nothing uses`);
  return silent.length + gone.length;
}
