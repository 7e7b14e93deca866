import type { Pool, PoolClient } from 'pg';
import { AuthError } from './errors.ts';

/** What runs a query: the pool, or the one client of a transaction. */
export type Database = Pick<PoolClient, 'query'>;

/**
 * Runs `work` in one transaction.
 *
 * An `AuthError` with `commit` is thrown only after its writes are durable: ending a session because
 * its refresh token was reused must outlive the refusal.
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    const keep = error instanceof AuthError && error.detail.commit === true;
    try {
      await client.query(keep ? 'commit' : 'rollback');
    } catch (cause) {
      broken = cause instanceof Error ? cause : new Error('transaction could not be ended');
      if (keep) throw broken;
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whether PostgreSQL refused a row because of the named unique index, or of any when none is named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, constraint: name } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && (constraint === undefined || name === constraint);
}
