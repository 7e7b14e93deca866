import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** Resolves when `waiter` waits for a lock, as `observer` sees it; fails after five seconds. */
export async function waitForLock(observer: pg.Client, waiter: pg.Client): Promise<void> {
  const { processID } = waiter as pg.Client & { processID: number };
  for (let attempt = 0; attempt < 250; attempt++) {
    const { rowCount } = await observer.query(
      'select from pg_locks where pid = $1 and not granted',
      [processID],
    );
    if (rowCount !== 0) return;
    await pause(20);
  }
  throw new Error('the other connection waits for no lock');
}

/** What `second` ends with, its error too: `first` is not committed before `second`, on `other`, waits for it. */
export async function oneBehindTheOther(options: {
  client: pg.Client;
  other: pg.Client;
  first: () => Promise<unknown>;
  second: () => Promise<unknown>;
}): Promise<unknown> {
  const { client, other, first, second } = options;
  await client.query('begin');
  await first();
  const late = second().catch((error: unknown) => error);
  await waitForLock(client, other);
  await client.query('commit');
  return await late;
}
