/** A host that lets nobody put triggers on the auth service's tables still takes the migrations. */
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';
import { applyMigrations } from '@sotto/local-supabase';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import { addPerson, addSession, call } from './world.ts';

const directory = fileURLToPath(new URL('../migrations/', import.meta.url));

test('without triggers on the auth schema all but the quick news of it works', async () => {
  const database = await createTestDatabase({ migrations: false });
  const admin = new pg.Client(database.adminUrl);
  await admin.connect();
  await admin.query(
    'revoke trigger on auth.sessions, auth.audit_log_entries from postgres, public',
  );
  const client = new pg.Client(database.databaseUrl);
  await client.connect();

  await applyMigrations({ databaseUrl: database.databaseUrl, directory });

  const { rows } = await client.query(`select from pg_trigger where tgname like 'sotto\\_%'`);
  expect(rows).toEqual([]);
  const ada = await addPerson(client);
  const session = await addSession(client, ada.userId);
  await client.query('delete from auth.sessions where id = $1', [session]);
  expect(await call(client, 'relay_ended_access', { p_within_seconds: 30 })).toEqual({
    devices: [],
    sessions: [],
  });
  expect(
    await call(client, 'relay_authorise', {
      p_user: ada.userId,
      p_session: session,
      p_device: null,
    }),
  ).toMatchObject({ sessionExists: false });
  expect(
    await call(client, 'relay_delete_account', {
      p_user: ada.userId,
      p_session: ada.sessionId,
      p_device: ada.deviceId,
    }),
  ).toEqual({ chats: [] });

  await client.end();
  await admin.end();
  await database.drop();
});
