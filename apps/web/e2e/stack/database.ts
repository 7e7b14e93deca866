import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

const byteaOid = 17;

/** Superuser connection to the embedded database of a data directory. */
export async function connectToDatabase(dataDirectory: string): Promise<pg.Client> {
  const secrets = await readFile(join(dataDirectory, '.env'), 'utf8');
  const postmaster = await readFile(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(postmaster.split('\n')[3]),
    user: 'supabase_admin',
    password: /^SUPABASE_ADMIN_PASSWORD=(.*)$/m.exec(secrets)?.[1] ?? '',
    database: 'postgres',
    types: {
      // Bytes as they are, everything else in its text form.
      getTypeParser: (oid: number) =>
        oid === byteaOid
          ? (text: string) => Buffer.from(text.slice(2), 'hex')
          : (text: string) => text,
    },
  });
  await client.connect();
  return client;
}
