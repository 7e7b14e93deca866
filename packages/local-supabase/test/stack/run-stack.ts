/** A program that runs a stack until SIGTERM, for tests that kill it: `run-stack.ts <options JSON>`. */
import { startLocalSupabase } from '../../src/index.ts';
import type { LocalSupabaseOptions } from '../../src/index.ts';

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '') as LocalSupabaseOptions;
  const stack = await startLocalSupabase({
    ...options,
    log: (level, message) => process.stderr.write(`${level} ${message}\n`),
  });
  process.on('SIGTERM', () => {
    void stack.stop().then(() => process.stdout.write('stopped\n'));
  });
  process.stdout.write(`${JSON.stringify(stack)}\n`);
}

void main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
