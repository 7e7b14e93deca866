import { ProtocolError } from '@sotto/protocol';
import type { DeviceId } from '@sotto/protocol';
import type { Database } from '../db/database.ts';
import type { Authorisation } from '../db/rows.ts';
import type { DeviceCaller, UserCaller } from './caller.ts';

/** How long an answer about a session may be used again for HTTP; a revocation shows within it. */
const cacheMs = 3000;
const cacheEntries = 20_000;

interface Cached {
  answer: Promise<Authorisation>;
  untilMs: number;
}

/** Whether an auth session still exists, and whether it is bound to an active device. */
export class Access {
  readonly #database: Database;
  readonly #cache = new Map<string, Cached>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * @throws ProtocolError `unauthenticated` when the session has ended; `gone` when it is that of a
   *   revoked device.
   */
  async checkUser(caller: UserCaller): Promise<void> {
    const { sessionExists, sessionIsSpent } = await this.#authorise(caller, undefined);
    if (!sessionExists) throw new ProtocolError('unauthenticated');
    if (sessionIsSpent) throw new ProtocolError('gone');
  }

  /**
   * @throws ProtocolError `unauthenticated` when the session has ended or is not bound to a device of
   *   this person with that id; `gone` when the device is revoked.
   */
  async checkDevice(
    caller: UserCaller,
    deviceId: DeviceId,
    options: { fresh?: boolean } = {},
  ): Promise<{ caller: DeviceCaller; identityKey: Uint8Array }> {
    if (options.fresh) this.forget(caller, deviceId);
    const { sessionExists, device } = await this.#authorise(caller, deviceId);
    if (!sessionExists || !device) throw new ProtocolError('unauthenticated');
    if (!device.isActive) throw new ProtocolError('gone');
    if (!device.bound) throw new ProtocolError('unauthenticated');
    return {
      caller: { userId: caller.userId, sessionId: caller.sessionId, deviceId },
      identityKey: device.identityKey,
    };
  }

  /** After something changed that the cached answer was about. */
  forget(caller: UserCaller, deviceId: DeviceId | undefined): void {
    this.#cache.delete(keyOf(caller, deviceId));
  }

  async #authorise(caller: UserCaller, deviceId: DeviceId | undefined): Promise<Authorisation> {
    const key = keyOf(caller, deviceId);
    const now = performance.now();
    const cached = this.#cache.get(key);
    if (cached && cached.untilMs > now) return await cached.answer;
    const answer = this.#database.authorise(caller.userId, caller.sessionId, deviceId);
    this.#cache.delete(key);
    this.#cache.set(key, { answer, untilMs: now + cacheMs });
    if (this.#cache.size > cacheEntries) this.#evict();
    try {
      return await answer;
    } catch (error) {
      this.#cache.delete(key);
      throw error;
    }
  }

  /** Oldest first: entries are put in again whenever they are renewed. */
  #evict(): void {
    for (const key of this.#cache.keys()) {
      if (this.#cache.size <= cacheEntries) return;
      this.#cache.delete(key);
    }
  }
}

const keyOf = (caller: UserCaller, deviceId: DeviceId | undefined) =>
  `${caller.userId} ${caller.sessionId} ${deviceId ?? ''}`;
