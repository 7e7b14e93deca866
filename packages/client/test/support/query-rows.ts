import pg from 'pg';
import type { TestWorld } from './test-world.ts';

/** What the database says, asked as its superuser. */
export async function queryRows(
  world: TestWorld,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(world.stack.adminUrl);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
