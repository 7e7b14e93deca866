import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '../postgres/start-postgres.ts';
import type { StartPostgresOptions } from '../postgres/start-postgres.ts';
import type { StackLog } from './stack-log.ts';

/** A server that is started again, on the same port, whenever it ends by itself. */
export interface SupervisedPostgres {
  readonly port: number;
  stop(): Promise<void>;
}

const firstBackOffMs = 200;
const longestBackOffMs = 10_000;

/** Starts the server and keeps it running until `stop`; fails only if the first start does. */
export async function supervisePostgres(
  options: StartPostgresOptions,
  log: StackLog,
): Promise<SupervisedPostgres> {
  let server = await startPostgres(options);
  const { port } = server;
  let stopping = false;

  const restart = async (): Promise<void> => {
    let backOffMs = firstBackOffMs;
    for (;;) {
      log('error', `PostgreSQL ended; starting it again in ${backOffMs} ms`);
      await pause(backOffMs);
      if (stopping) return;
      backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
      try {
        const next = await startPostgres({ ...options, preferredPort: port });
        if (next.port === port) {
          server = next;
          return;
        }
        // Connection strings name the port, so another one is of no use.
        await next.stop();
      } catch (cause) {
        log('error', cause instanceof Error ? cause.message : String(cause));
      }
    }
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      if (stopping) return;
      await restart();
      if (stopping) {
        await server.stop();
        return;
      }
    }
  };
  const watching = watch();

  return {
    port,
    stop: async () => {
      stopping = true;
      await server.stop();
      await watching;
    },
  };
}
