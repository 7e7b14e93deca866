import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface CliResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs the real Supabase CLI on `supabase/` and waits for it. Nothing is asked, nothing is reported to
 * its makers. `inherit` shows its output instead of returning it.
 */
export async function runSupabaseCli(
  cliArguments: string[],
  output: 'capture' | 'inherit' = 'capture',
): Promise<CliResult> {
  const program = join(dirname(require.resolve('supabase/package.json')), 'dist/supabase.js');
  const loopback = cliArguments.some((argument) => argument.includes('@127.0.0.1:'));
  const child = spawn(
    process.execPath,
    [program, '--agent', 'no', '--workdir', repository, ...cliArguments],
    {
      stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        SUPABASE_TELEMETRY_DISABLED: '1',
        DO_NOT_TRACK: '1',
        // The embedded server listens on loopback without TLS; saying so avoids a warning in stdout.
        ...(loopback ? { PGSSLMODE: 'disable' } : {}),
      },
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return { exitCode, stdout, stderr };
}
