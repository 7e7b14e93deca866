import { ProtocolError, rateLimits } from '@sotto/protocol';
import type { CostClass, RateLimit } from '@sotto/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { UserCaller } from '../domain/caller.ts';

/** Limits by cost class; a class that is not named keeps the protocol's numbers. */
export type RateLimitOverrides = Partial<Record<CostClass, RateLimit>>;

/** Counts what callers use of each cost class. */
export class RateLimits {
  readonly #limiters: Record<CostClass, RateLimiterMemory>;

  constructor(overrides: RateLimitOverrides = {}) {
    const limiter = (name: CostClass) => {
      const { points, perSeconds } = overrides[name] ?? rateLimits[name];
      return new RateLimiterMemory({ keyPrefix: name, points, duration: perSeconds });
    };
    this.#limiters = {
      send: limiter('send'),
      read: limiter('read'),
      key: limiter('key'),
      claim: limiter('claim'),
      search: limiter('search'),
      auth: limiter('auth'),
    };
  }

  /** @throws ProtocolError `rate_limited` with the time to wait. */
  async consume(cost: CostClass, key: string, points = 1): Promise<void> {
    try {
      await this.#limiters[cost].consume(key, points);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw refused(refusal);
    }
  }

  /** Uses nothing. @throws ProtocolError `rate_limited` when nothing is left. */
  async demandLeft(cost: CostClass, key: string): Promise<void> {
    const used = await this.#limiters[cost].get(key);
    if (used && used.remainingPoints <= 0) throw refused(used);
  }
}

const refused = ({ msBeforeNext }: RateLimiterRes) =>
  new ProtocolError('rate_limited', { retryAfterMs: Math.max(1, Math.ceil(msBeforeNext)) });

/**
 * Whose budget a class counts against: the person where others are asked about, else the device, or the
 * auth session where no device is known. A stolen device must not be able to use up what its removal needs.
 */
export function rateKey(cost: CostClass, caller: UserCaller & { deviceId?: string }): string {
  if (cost === 'claim' || cost === 'search') return caller.userId;
  return caller.deviceId ?? caller.sessionId;
}
