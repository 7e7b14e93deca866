import type { DeviceId } from '@sotto/protocol';
import type { Database } from '../db/database.ts';

const everyMs = 30_000;
const perCall = 1000;

/** Notes when devices were last connected, many at a time; it is for people to look at, no more. */
export class LastSeen {
  readonly #database: Database;
  readonly #seen = new Set<DeviceId>();
  readonly #timer: NodeJS.Timeout;

  constructor(database: Database) {
    this.#database = database;
    this.#timer = setInterval(() => void this.flush(), everyMs).unref();
  }

  note(deviceId: DeviceId): void {
    this.#seen.add(deviceId);
  }

  async flush(): Promise<void> {
    const devices = [...this.#seen];
    this.#seen.clear();
    for (let at = 0; at < devices.length; at += perCall) {
      // The time is stale soon anyway; what fails here is not repeated.
      await this.#database.touchDevices(devices.slice(at, at + perCall)).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
