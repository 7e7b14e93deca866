/**
 * Mutation testing: `npm run mutation -- [folder or file of src …]`, all folders without arguments.
 * Each runs by itself against its own tests and must reach the threshold; survivors are listed, and
 * written to `coverage/mutation` as JSON and HTML.
 */
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';
import { formatScores, scoreOf, type Score } from './score.ts';
import { folders, unitOf, type Unit } from './units.ts';

const threshold = 85;

async function run({ name, mutate, tests }: Unit): Promise<Score> {
  process.env.SOTTO_MUTATION_TESTS = JSON.stringify(tests);
  const report = `coverage/mutation/${name.replaceAll('/', '-')}`;
  const results = await new Stryker({
    mutate,
    testRunner: 'vitest',
    vitest: { configFile: 'mutation/vitest.config.ts' },
    plugins: [
      import.meta.resolve('@stryker-mutator/vitest-runner'),
      fileURLToPath(import.meta.resolve('./error-texts.mjs')),
    ],
    ignorers: ['error-texts'],
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 30_000,
    timeoutFactor: 2,
    ignorePatterns: ['examples', 'interop', 'coverage', 'tsconfig*.json'],
    tsconfigFile: 'none',
    warnings: false,
    reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: `${report}.json` },
    htmlReporter: { fileName: `${report}.html` },
    thresholds: { high: 95, low: threshold, break: threshold },
  }).runMutationTest();
  return scoreOf(
    name,
    results.map(({ status }) => status),
  );
}

const names = process.argv.slice(2).map((name) => name.replace(/\/$/, ''));
const units = (names.length > 0 ? names : folders).map((name) => ({ name, unit: unitOf(name) }));
const unknown = units.filter(({ unit }) => !unit).map(({ name }) => name);
if (unknown.length > 0) {
  process.stderr.write(`not tested: ${unknown.join(', ')}; there is ${folders.join(', ')}\n`);
  process.exit(64);
}

const scores: Score[] = [];
for (const { unit } of units) if (unit) scores.push(await run(unit));
process.stdout.write(`\n${formatScores(scores)}\n`);
process.exitCode = scores.every(({ percent }) => percent >= threshold) ? 0 : 1;
