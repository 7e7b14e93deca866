/**
 * Closes the sockets of revoked devices within seconds, whoever revoked them and over which relay: one
 * small question every two seconds, whatever the number of sockets.
 */
import type { DeviceId } from '@sotto/protocol';
import type { Database } from '../db/database.ts';
import type { FanOut } from './fan-out.ts';

const everyMs = 2000;
/** A revocation carries the time its transaction began; it may become visible this much later. */
const overlapSeconds = 30;

export class Revocations {
  readonly #database: Database;
  readonly #fanOut: FanOut;
  readonly #timer: NodeJS.Timeout;
  #lastAnswerMs = performance.now();
  #ended: ReadonlySet<DeviceId> = new Set();
  #isAsking = false;

  constructor(database: Database, fanOut: FanOut) {
    this.#database = database;
    this.#fanOut = fanOut;
    this.#timer = setInterval(() => void this.#ask(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const askedMs = performance.now();
    const withinSeconds = overlapSeconds + Math.ceil((askedMs - this.#lastAnswerMs) / 1000);
    try {
      const revoked = await this.#database.revokedDevices(withinSeconds);
      this.#lastAnswerMs = askedMs;
      for (const deviceId of revoked) {
        if (!this.#ended.has(deviceId)) this.#fanOut.endDevice(deviceId);
      }
      this.#ended = new Set(revoked);
    } catch {
      // The next question reaches back to the last answer.
    } finally {
      this.#isAsking = false;
    }
  }
}
