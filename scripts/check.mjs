/**
 * The static gate: format, lint with types and borders, types, unused code, and that every test
 * project runs. Each check is named and counted; nothing here only warns.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bordersBite } from './borders.mjs';
import { everyDependencyHasAReason } from './dependencies.mjs';
import { ensureInstalled, root, runTool, toolEnvironment } from './install.mjs';

const typeProjects = [
  'tsconfig.json',
  'packages/crypto/tsconfig.json',
  'packages/crypto/tsconfig.test.json',
  'packages/protocol/tsconfig.json',
  'packages/protocol/tsconfig.test.json',
  'packages/client/tsconfig.json',
  'packages/local-supabase/tsconfig.json',
  'apps/relay/tsconfig.json',
  'apps/web/tsconfig.json',
  'supabase/tsconfig.json',
  'bench/tsconfig.json',
];

/**
 * Vitest ignores a workspace file silently when it is wired wrongly: compare names with what runs. A
 * browser project is listed with its browser behind its name.
 */
function everyProjectRuns() {
  const list = spawnSync('vitest', ['list', '--filesOnly', '--json'], {
    cwd: root,
    encoding: 'utf8',
    env: toolEnvironment(),
    maxBuffer: 1 << 26,
  });
  const script = `import(${JSON.stringify(pathToFileURL(join(root, 'vitest.workspace.ts')).href)})
    .then((m) => console.log(JSON.stringify(m.projects.map((p) => p.test.name))))`;
  const named = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  if (list.status !== 0 || named.status !== 0) {
    console.error(list.stderr, named.stderr);
    return 1;
  }
  const running = new Set(
    JSON.parse(list.stdout.slice(list.stdout.indexOf('['))).map(({ projectName }) =>
      projectName.replace(/ \(\w+\)$/, ''),
    ),
  );
  const silent = JSON.parse(named.stdout).filter((name) => !running.has(name));
  for (const name of silent) console.error(`test project "${name}" has no test that runs`);
  return silent.length;
}

/** Sources name no place on somebody's machine and no registry host. */
function noForeignPlaces() {
  const pattern = '(/wor[k]/|/hom[e]/|/Use[r]s/|registry\\.npm[j]s|deb\\.debia[n])';
  const { status, stdout } = spawnSync('git', ['grep', '-nE', pattern, '--', '.'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) console.error(stdout);
  return status === 0 ? 1 : 0;
}

const checks = [
  ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', '.'])],
  ['lint', () => runTool('oxlint', ['--type-aware', '--deny-warnings'])],
  ['borders bite', bordersBite],
  ...typeProjects.map((project) => [
    `types ${project}`,
    () => (existsSync(join(root, project)) ? runTool('tsc', ['--noEmit', '-p', project]) : 1),
  ]),
  ['unused code', () => runTool('knip', ['--no-progress'])],
  ['bundle sizes', () => runTool('size-limit', [], { directory: join(root, 'apps', 'web') })],
  ['every test project runs', everyProjectRuns],
  ['every dependency has a reason', everyDependencyHasAReason],
  ['no machine paths', noForeignPlaces],
];

export function runChecks() {
  const tally = { passed: 0, failed: 0 };
  for (const [name, check] of checks) {
    const failed = check() !== 0;
    console.log(`${failed ? 'FAIL' : 'ok  '} ${name}`);
    tally[failed ? 'failed' : 'passed'] += 1;
  }
  return tally;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureInstalled();
  const { ensureWebBuilt } = await import('./web-build.mjs');
  const built = ensureWebBuilt();
  const { failed } = runChecks();
  process.exit(built || failed ? 1 : 0);
}
