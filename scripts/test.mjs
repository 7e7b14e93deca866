/**
 * `npm test`: the whole gate on a fresh machine. Installs, builds, runs every check, every Vitest
 * project and the browser specs, and ends with one line: `N passed, N failed`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './check.mjs';
import { ensureInstalled, root, runTool } from './install.mjs';
import { chromiumPath, ensureChromium } from './system.mjs';
import { ensureWebBuilt } from './web-build.mjs';

const results = join(root, 'node_modules', '.sotto-results');
const total = { passed: 0, failed: 0 };

function add({ passed, failed }) {
  total.passed += passed;
  total.failed += failed;
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function stage(name, run) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const tally = run();
  add(tally);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(`== ${name}: ${tally.passed} passed, ${tally.failed} failed (${seconds} s)`);
}

/** A run that fails without naming a failed test (a crash, a file that does not load) counts as one. */
function tallyOf(status, passed, failed) {
  return { passed, failed: failed === 0 && status !== 0 ? 1 : failed };
}

function vitest() {
  const file = join(results, 'vitest.json');
  const status = runTool(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { env: { CHROMIUM_PATH: chromiumPath } },
  );
  const report = readJson(file);
  return tallyOf(status, report?.numPassedTests ?? 0, report?.numFailedTests ?? 0);
}

function browser() {
  const file = join(results, 'playwright.json');
  const status = runTool('playwright', ['test', '--reporter=line,json'], {
    directory: join(root, 'apps', 'web'),
    env: { CHROMIUM_PATH: chromiumPath, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
  });
  const stats = readJson(file)?.stats;
  return tallyOf(status, (stats?.expected ?? 0) + (stats?.flaky ?? 0), stats?.unexpected ?? 0);
}

ensureInstalled();
ensureChromium();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

stage('build', () =>
  ensureWebBuilt() === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
);
stage('checks', runChecks);
stage('tests', vitest);
stage('browser', browser);

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
