import { connectToDatabase } from './database.ts';

const tables = [
  ['public.chat_key_wraps', 'user_id'],
  ['public.message_receipts', 'user_id'],
  ['public.device_manifests', 'user_id'],
  ['public.account_vaults', 'user_id'],
  ['public.devices', 'user_id'],
] as const;

/**
 * What only the owner of the machine can do, triggers off: the sign-in stays, everything that says whose
 * account it is goes. Whoever signs in next makes a new account key, which others must notice.
 */
export async function forgetAccount(dataDirectory: string, handle: string): Promise<void> {
  const client = await connectToDatabase(dataDirectory);
  try {
    const { rows } = await client.query<{ user_id: string }>(
      'select user_id from public.profiles where handle = $1',
      [handle],
    );
    const userId = rows[0]?.user_id;
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
