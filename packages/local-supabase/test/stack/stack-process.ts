import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { LocalSupabase } from '../../src/index.ts';

const program = fileURLToPath(new URL('./run-stack.ts', import.meta.url));
const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** A stack in a process of its own, which a test can kill. */
export interface StackProcess {
  readonly stack: Omit<LocalSupabase, 'stop'>;
  readonly pid: number;
  /** Sends the signal and waits for the process itself to end; its exit code, or the signal. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

/** Starts `run-stack.ts` without waiting. */
export function spawnStack(options: object): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options)], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts `run-stack.ts` and waits until the stack is ready. */
export async function startStackProcess(options: object): Promise<StackProcess> {
  const child = spawnStack(options);
  let messages = '';
  child.stderr.on('data', (chunk: Buffer) => (messages += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const ready = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const first = await Promise.race([ready, ended.then(() => undefined)]);
  if (first === undefined || child.pid === undefined) throw new Error(`No start: ${messages}`);
  return {
    stack: JSON.parse(first[0]) as LocalSupabase,
    pid: child.pid,
    end: async (signal) => {
      child.kill(signal);
      const [code, endSignal] = await ended;
      return code ?? endSignal ?? 'unknown';
    },
  };
}
