/**
 * Closes the sockets of revoked devices and ended auth sessions within seconds, whoever ended them and
 * over which relay: one small question every two seconds, whatever the number of sockets.
 */
import type { DeviceId } from '@sotto/protocol';
import type { Database } from '../db/database.ts';
import type { DeviceCaller } from './caller.ts';
import type { FanOut } from './fan-out.ts';

const everyMs = 2000;
/** An end carries the time its transaction began; it may become visible this much later. */
const overlapSeconds = 30;

export class EndedAccess {
  readonly #database: Database;
  readonly #fanOut: FanOut;
  readonly #timer: NodeJS.Timeout;
  #lastAnswerMs = performance.now();
  #devices: ReadonlySet<DeviceId> = new Set();
  #sessions: ReadonlySet<string> = new Set();
  #isAsking = false;

  constructor(database: Database, fanOut: FanOut) {
    this.#database = database;
    this.#fanOut = fanOut;
    this.#timer = setInterval(() => void this.#ask(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * What of a caller ended within the last half minute: the device was revoked, or its session ended.
   * For sockets that come into their rooms only after everybody in them was told.
   */
  endOf({ deviceId, sessionId }: DeviceCaller): 'device' | 'session' | undefined {
    if (this.#devices.has(deviceId)) return 'device';
    return this.#sessions.has(sessionId) ? 'session' : undefined;
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const askedMs = performance.now();
    const withinSeconds = overlapSeconds + Math.ceil((askedMs - this.#lastAnswerMs) / 1000);
    try {
      const { devices, sessions } = await this.#database.endedAccess(withinSeconds);
      this.#lastAnswerMs = askedMs;
      for (const deviceId of devices) {
        if (!this.#devices.has(deviceId)) this.#fanOut.endDevice(deviceId);
      }
      for (const sessionId of sessions) {
        if (!this.#sessions.has(sessionId)) this.#fanOut.endSession(sessionId);
      }
      this.#devices = new Set(devices);
      this.#sessions = new Set(sessions);
    } catch {
      // The next question reaches back to the last answer.
    } finally {
      this.#isAsking = false;
    }
  }
}
