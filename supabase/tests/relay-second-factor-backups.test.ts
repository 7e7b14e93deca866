import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits } from '@sotto/protocol';
import { backupOf, forgetBackup, putBackup } from './second-factor-backups.ts';
import { addForeignFactor, addPerson, base64, call } from './world.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

describe('a backup of the second factor', () => {
  const statusOf = (factorId: string, status: 'verified' | 'unverified') =>
    client.query('update auth.mfa_factors set status = $2 where id = $1', [factorId, status]);

  test('is what makes its factor count, and no other', async () => {
    const ada = await addPerson(client);
    const lacks = async () => {
      const answer = await call<Record<string, boolean>>(client, 'relay_authorise', {
        p_user: ada.userId,
        p_session: ada.sessionId,
        p_device: ada.deviceId,
      });
      return answer['sessionLacksFactor'];
    };
    // Begun and given up: the backup is there, the factor not.
    await putBackup(client, ada, backupOf());

    const foreign = await addForeignFactor(client, ada.userId);
    expect(await lacks()).toBe(false);
    await client.query('delete from auth.mfa_factors where id = $1', [foreign]);
    const own = await addForeignFactor(client, ada.userId);
    await statusOf(own, 'unverified');
    await putBackup(client, ada, backupOf(own));
    expect(await lacks()).toBe(false);
    await statusOf(own, 'verified');
    expect(await lacks()).toBe(true);
  });

  test('stays, of that factor, as long as it counts', async () => {
    const ada = await addPerson(client);
    const own = await addForeignFactor(client, ada.userId);
    await putBackup(client, ada, backupOf(own));

    await expect(putBackup(client, ada, backupOf())).rejects.toMatchObject({
      message: 'other_factor',
    });
    await expect(forgetBackup(client, ada)).rejects.toMatchObject({ message: 'factor_in_force' });
    const anew = backupOf(own);
    await putBackup(client, ada, anew);
    expect(await call(client, 'relay_get_second_factor_backup', { p_user: ada.userId })).toEqual({
      backup: anew,
    });
    await client.query('delete from auth.mfa_factors where id = $1', [own]);
    await forgetBackup(client, ada);
  });

  test.each([
    ['empty', { underRecoveryKey: '' }],
    ['too large', { underVaultKey: base64(limits.wrappedKeyBytes + 1) }],
    ['not bytes', { underVaultKey: '***' }],
    ['of no factor', { factorId: null }],
    ['of no id', { factorId: 'x' }],
  ])('that is %s is refused', async (_name, change) => {
    const ada = await addPerson(client);

    await expect(putBackup(client, ada, { ...backupOf(), ...change })).rejects.toMatchObject({
      code: 'PT400',
    });
  });
});
