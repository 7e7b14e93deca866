import { ProtocolError } from '@sotto/protocol';
import type { DeviceId, UserId } from '@sotto/protocol';
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
   * @throws ProtocolError `unauthenticated` when the session has ended; `forbidden` when it has not
   *   given the second factor of its account; `gone` when it is that of a revoked device.
   */
  async checkUser(caller: UserCaller): Promise<void> {
    const answer = await this.#authorise(caller, undefined);
    // First: a revoked device's session has ended as well, and it should learn why.
    if (answer.sessionIsSpent) throw new ProtocolError('gone');
    demandSession(answer);
  }

  /** As `checkUser`, but the second factor may be missing. */
  async checkFirstFactor(caller: UserCaller): Promise<void> {
    const answer = await this.#authorise(caller, undefined);
    if (answer.sessionIsSpent) throw new ProtocolError('gone');
    if (!answer.sessionLacksFactor) demandSession(answer);
  }

  /**
   * @throws ProtocolError `unauthenticated` when the session has ended or is not bound to a device of
   *   this person with that id; `forbidden` when it has not given the second factor of its account;
   *   `gone` when the device is revoked.
   */
  async checkDevice(
    caller: UserCaller,
    deviceId: DeviceId,
    options: { fresh?: boolean } = {},
  ): Promise<{ caller: DeviceCaller; identityKey: Uint8Array }> {
    if (options.fresh) this.forget(caller, deviceId);
    const answer = await this.#authorise(caller, deviceId);
    const { device } = answer;
    if (device && !device.isActive) throw new ProtocolError('gone');
    demandSession(answer);
    if (!device?.bound) throw new ProtocolError('unauthenticated');
    return {
      caller: { userId: caller.userId, sessionId: caller.sessionId, deviceId },
      identityKey: device.identityKey,
    };
  }

  /** After something changed that the cached answer was about. */
  forget(caller: UserCaller, deviceId: DeviceId | undefined): void {
    this.#cache.delete(keyOf(caller, deviceId));
  }

  /** After devices of this person were revoked, whose sessions are not known here. */
  forgetPerson(userId: UserId): void {
    for (const key of this.#cache.keys()) {
      if (key.startsWith(`${userId} `)) this.#cache.delete(key);
    }
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
      const found = await answer;
      // Whoever gives the code next must not be told for seconds that it is missing.
      if (found.sessionLacksFactor) this.#cache.delete(key);
      return found;
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

function demandSession(answer: Authorisation): void {
  if (answer.sessionExists) return;
  throw new ProtocolError(answer.sessionLacksFactor ? 'forbidden' : 'unauthenticated');
}

const keyOf = (caller: UserCaller, deviceId: DeviceId | undefined) =>
  `${caller.userId} ${caller.sessionId} ${deviceId ?? ''}`;
