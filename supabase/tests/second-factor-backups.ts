import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { base64, call } from './world.ts';
import type { Person } from './world.ts';

/** A backup that names its factor; its bytes are opaque to the database. */
export const backupOf = (factorId: string = randomUUID()) => ({
  factorId,
  underRecoveryKey: base64(80),
  underVaultKey: base64(80),
});

export const putBackup = (
  client: pg.Client,
  person: Person,
  backup: Record<string, string | null>,
) =>
  call(client, 'relay_put_second_factor_backup', {
    p_user: person.userId,
    p_device: person.deviceId,
    p_backup: backup,
  });

export const forgetBackup = (client: pg.Client, person: Person) =>
  call(client, 'relay_delete_second_factor_backup', {
    p_user: person.userId,
    p_device: person.deviceId,
  });
