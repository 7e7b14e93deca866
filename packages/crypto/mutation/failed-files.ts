/**
 * A mutant that breaks a test file before its first test (while it loads, or in `beforeAll`) was noticed.
 * Vitest then skips the tests, which Stryker takes for survival: here they fail instead.
 */
import type { RunnerTask, RunnerTestCase, RunnerTestFile } from 'vitest';
import type { Reporter, Vitest } from 'vitest/node';

function testsOf(tasks: readonly RunnerTask[]): RunnerTestCase[] {
  return tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task.tasks) : [task]));
}

function fail(file: RunnerTestFile): void {
  const errors = file.result?.errors ?? [{ message: 'the file did not load' }];
  const tests = testsOf(file.tasks);
  if (tests.some(({ result }) => result?.state === 'fail')) return;
  for (const test of tests) {
    test.mode = 'run';
    test.result = { state: 'fail', errors };
  }
  if (tests.length > 0) return;
  const loading = { type: 'test', id: file.id, name: 'loading', fullName: 'loading', mode: 'run' };
  const result = { state: 'fail', errors };
  file.tasks.push({ ...loading, file, result, meta: {} } as RunnerTestCase);
}

export class FailedFiles implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(): void {
    for (const file of this.#vitest?.state.getFiles() ?? [])
      if (file.result?.state === 'fail') fail(file);
  }
}
