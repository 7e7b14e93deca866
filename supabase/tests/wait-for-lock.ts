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
