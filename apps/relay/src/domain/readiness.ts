import type { Database } from '../db/database.ts';

const probeMs = 2000;

/** Whether this relay can serve: it is not stopping, and the database answers with its functions. */
export class Readiness {
  readonly #database: Database;
  #isStopping = false;
  #probe: { result: Promise<boolean>; untilMs: number } | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  beginStopping(): void {
    this.#isStopping = true;
  }

  /** One probe serves all who ask within two seconds: asking often must not load the database. */
  async checks(): Promise<{ running: boolean; database: boolean }> {
    const now = performance.now();
    if (!this.#probe || this.#probe.untilMs <= now) {
      this.#probe = { result: this.#ask(), untilMs: now + probeMs };
    }
    return { running: !this.#isStopping, database: await this.#probe.result };
  }

  async #ask(): Promise<boolean> {
    try {
      // A function of the newest migration that this relay needs: it answers only if all are there.
      await this.#database.endedAccess(0);
      return true;
    } catch {
      return false;
    }
  }
}
