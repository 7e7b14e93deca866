import pg from 'pg';
import type { TestWorld } from './test-world.ts';

/**
 * What only somebody with the database's superuser can do, and what the clients must notice: the account
 * stays, its vault, account key, devices and manifests are gone. Its owner makes new ones.
 */
export async function resetAccount(world: TestWorld, handle: string): Promise<void> {
  const client = new pg.Client(world.stack.adminUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ user_id: string }>(
      'select user_id from public.profiles where handle = $1',
      [handle],
    );
    const userId = rows[0]?.user_id;
    // Triggers keep accounts from going back; the superuser can switch them off.
    await client.query('set session_replication_role = replica');
    for (const [table, column] of tables) {
      await client.query(`delete from ${table} where ${column} = $1`, [userId]);
    }
    await client.query('update public.profiles set account_key = null where user_id = $1', [
      userId,
    ]);
  } finally {
    await client.end();
  }
}

const tables = [
  ['public.chat_key_wraps', 'user_id'],
  ['public.message_receipts', 'user_id'],
  ['public.device_manifests', 'user_id'],
  ['public.account_vaults', 'user_id'],
  ['public.devices', 'user_id'],
] as const;
