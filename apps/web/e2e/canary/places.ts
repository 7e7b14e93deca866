import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { connectToDatabase } from '../stack/database.ts';
import type { Place } from '@sotto/hostile-relay/canary';

/** Every file under a folder, as it is on disk right now. A file that vanishes meanwhile is left out. */
export async function filesUnder(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const places: Place[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const name = relative(folder, path);
    // A value may also be in a name, which no file's content shows.
    if (bytes) places.push({ name, bytes: Buffer.concat([Buffer.from(`${name}\n`), bytes]) });
  }
  return places;
}

/** Each table of each schema as a superuser reads it: one place a table, all values one after another. */
export async function tablesOf(dataDirectory: string): Promise<Place[]> {
  const client = await connectToDatabase(dataDirectory);
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables order by 1`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<(Buffer | string | null)[]>({
        text: `select * from ${name}`,
        rowMode: 'array',
      });
      const values = rows.flat().map((value) => Buffer.from(value ?? ''));
      places.push({
        name: `table ${name}`,
        bytes: Buffer.concat(values.flatMap((value) => [value, Buffer.from('\n')])),
      });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Everything of the database onto disk, so that its files hold what its tables hold. */
export async function flushToDisk(dataDirectory: string): Promise<void> {
  const client = await connectToDatabase(dataDirectory);
  await client.query('checkpoint');
  await client.end();
}
