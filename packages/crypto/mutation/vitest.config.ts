import { defineConfig } from 'vitest/config';
import { FailedFiles } from './failed-files.ts';
import { OwnTestsFirst } from './own-tests-first.ts';

/** `SOTTO_MUTATION_TESTS`: the patterns of the tests that run against the mutants, as JSON. */
const include = JSON.parse(process.env.SOTTO_MUTATION_TESTS ?? '[]') as string[];

export default defineConfig({
  test: {
    include,
    environment: 'node',
    setupFiles: ['mutation/one-seed.ts'],
    testTimeout: 120_000,
    sequence: { sequencer: OwnTestsFirst },
    reporters: [new FailedFiles()],
  },
});
