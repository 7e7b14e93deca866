/**
 * What has to be done now and then, by any relay: deleting what ran out, and finishing deletions of
 * accounts that another relay did not survive.
 */
import type { AuthAdmin } from '../db/auth-admin.ts';
import type { Database } from '../db/database.ts';
import type { OwnAccountDatabase } from '../db/own-account-database.ts';

const everyMs = 60_000;

/** What the work is done with. */
export interface HousekeepingParts {
  database: Database;
  ownAccounts: OwnAccountDatabase;
  authAdmin: AuthAdmin;
  everyMs?: number | undefined;
}

export class Housekeeping {
  readonly #parts: HousekeepingParts;
  readonly #timer: NodeJS.Timeout;
  #isWorking = false;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#work(), parts.everyMs ?? everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    const { database, ownAccounts, authAdmin } = this.#parts;
    try {
      await database.sweep();
      for (const userId of await ownAccounts.unfinishedDeletions()) {
        await authAdmin.deleteUser(userId);
      }
    } catch {
      // The next round finds the same to do.
    } finally {
      this.#isWorking = false;
    }
  }
}
