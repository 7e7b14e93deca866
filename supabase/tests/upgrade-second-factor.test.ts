/** Second factors from before backups named theirs count on, and what was left over does not begin to. */
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';
import { applyMigrations } from '@sotto/local-supabase';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import { addForeignFactor, addPerson, base64, call } from './world.ts';
import type { Person } from './world.ts';

const directory = fileURLToPath(new URL('../migrations/', import.meta.url));
/** The last one whose backups name no factor. */
const lastBefore = '20261122140000';

test('a factor with a backup counts on, one without and a backup without one do not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-upgrade-'));
  for (const name of await readdir(directory)) {
    if (name.endsWith('.sql') && name.slice(0, 14) <= lastBefore) {
      await copyFile(join(directory, name), join(folder, name));
    }
  }
  const database = await createTestDatabase({ migrationsDirectory: folder });
  const client = new pg.Client(database.databaseUrl);
  await client.connect();
  const putBackup = ({ userId, deviceId }: Person) =>
    call(client, 'relay_put_second_factor_backup', {
      p_user: userId,
      p_device: deviceId,
      p_backup: { underRecoveryKey: base64(80), underVaultKey: base64(80) },
    });
  const lacks = async ({ userId, sessionId }: Person) => {
    const answer = await call<Record<string, boolean>>(client, 'relay_authorise', {
      p_user: userId,
      p_session: sessionId,
      p_device: null,
    });
    return answer['sessionLacksFactor'];
  };
  const [on, foreign, left] = [
    await addPerson(client),
    await addPerson(client),
    await addPerson(client),
  ];
  const factorId = await addForeignFactor(client, on.userId);
  await putBackup(on);
  await addForeignFactor(client, foreign.userId);
  await putBackup(left);

  await applyMigrations({ databaseUrl: database.databaseUrl, directory });
  await addForeignFactor(client, left.userId);

  expect([await lacks(on), await lacks(foreign), await lacks(left)]).toEqual([true, false, false]);
  const { rows } = await client.query(
    'select user_id, factor_id from private.second_factor_backups',
  );
  expect(rows).toEqual([{ user_id: on.userId, factor_id: factorId }]);

  await client.end();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});
