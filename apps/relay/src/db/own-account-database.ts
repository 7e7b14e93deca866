import {
  chatIdSchema,
  limits,
  ownAccountRoutes,
  secondFactorBackupSchema,
  userIdSchema,
} from '@sotto/protocol';
import type { ChatId, DeviceId, SecondFactorBackup, UserId } from '@sotto/protocol';
import * as z from 'zod/mini';
import type { PostgrestClient } from './postgrest-client.ts';
import { base64, storedBytes } from './rows.ts';

const activityRow = ownAccountRoutes.listActivity.response;
const backupRow = z.object({
  backup: z.nullable(
    z.extend(secondFactorBackupSchema, {
      underRecoveryKey: storedBytes,
      underVaultKey: storedBytes,
    }),
  ),
});
const deletedRow = z.object({ chats: z.array(chatIdSchema) });
const userIdsRow = z.array(userIdSchema);

/** What an account does for itself: its record, its second factor, its end. */
export class OwnAccountDatabase {
  readonly #client: PostgrestClient;

  constructor(client: PostgrestClient) {
    this.#client = client;
  }

  /** Newest first. */
  async listActivity(userId: UserId, before: number | undefined) {
    return activityRow.parse(
      await this.#client.call('relay_list_activity', {
        p_user: userId,
        p_before: before ?? null,
        p_limit: limits.activityPerPage,
      }),
    );
  }

  async putSecondFactorBackup(
    userId: UserId,
    deviceId: DeviceId,
    backup: SecondFactorBackup,
  ): Promise<void> {
    await this.#client.call('relay_put_second_factor_backup', {
      p_user: userId,
      p_device: deviceId,
      p_backup: {
        factorId: backup.factorId,
        underRecoveryKey: base64(backup.underRecoveryKey),
        underVaultKey: base64(backup.underVaultKey),
      },
    });
  }

  async getSecondFactorBackup(userId: UserId) {
    return backupRow.parse(
      await this.#client.call('relay_get_second_factor_backup', { p_user: userId }),
    );
  }

  async deleteSecondFactorBackup(userId: UserId, deviceId: DeviceId): Promise<void> {
    await this.#client.call('relay_delete_second_factor_backup', {
      p_user: userId,
      p_device: deviceId,
    });
  }

  /**
   * Everything but the sign-in; answers the chats that somebody is still in. `provenBy`: the device whose
   * signature was verified; without an active one it is refused while the account has any. Safe to repeat.
   */
  async deleteAccount(
    userId: UserId,
    sessionId: string,
    provenBy: DeviceId | null,
  ): Promise<ChatId[]> {
    const parameters = { p_user: userId, p_session: sessionId, p_device: provenBy };
    return deletedRow.parse(await this.#client.call('relay_delete_account', parameters)).chats;
  }

  /** Accounts that were deleted but can still sign in. */
  async unfinishedDeletions(): Promise<UserId[]> {
    return userIdsRow.parse(await this.#client.call('relay_unfinished_deletions', {}));
  }
}
