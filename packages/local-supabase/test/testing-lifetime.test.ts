import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isAlive } from '../src/process/is-alive.ts';

const program = fileURLToPath(new URL('./run-test-stack.ts', import.meta.url));
const repository = fileURLToPath(new URL('../../../', import.meta.url));

interface Report {
  url: string;
  serverPid: number;
  folder: string;
}

const run = async (): Promise<{
  report: Report;
  end: (signal: NodeJS.Signals) => Promise<unknown>;
}> => {
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    cwd: repository,
    // Not as a worker of this test run: the program is a run of its own.
    env: { ...process.env, VITEST_WORKER_ID: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    report: JSON.parse(line) as Report,
    end: (signal) => {
      child.kill(signal);
      return once(child, 'exit');
    },
  };
};

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'a test run that ends by %s leaves no server, service or folder',
  async (signal) => {
    const { report, end } = await run();
    expect(isAlive(report.serverPid)).toBe(true);
    expect((await fetch(report.url)).status).toBe(404);

    await end(signal);

    await expect.poll(() => isAlive(report.serverPid), { timeout: 10_000 }).toBe(false);
    await expect
      .poll(
        () =>
          access(report.folder).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(false);
    await expect(fetch(report.url)).rejects.toThrow('fetch failed');
  },
);
