import { isIPv6 } from 'node:net';
import { rateLimited } from './errors.ts';
import type { AuthSettings, RateLimitName } from './settings.ts';

interface Window {
  startedAtMs: number;
  count: number;
}

/** Above this many keys the oldest windows are dropped, so that many addresses cannot fill memory. */
const MAX_KEYS = 50_000;

/**
 * Counts events per key in fixed windows, in memory: the service is one process, and a restart may
 * forget counts.
 */
export class RateLimits {
  readonly #limits: AuthSettings['rateLimits'];
  readonly #clock: () => number;
  readonly #windows = new Map<string, Window>();

  constructor(limits: AuthSettings['rateLimits'], clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Counts one event; throws 429 with `retry-after` when the window is full. */
  count(name: RateLimitName, key: string): void {
    const { events, windowSeconds } = this.#limits[name];
    this.#take(`${name}:${key}`, events, windowSeconds * 1000, 'over_request_rate_limit');
  }

  /** Allows one message per address and interval, whether the address is known or not. */
  countMessage(address: string, intervalSeconds: number): void {
    if (intervalSeconds === 0) return;
    const code = 'over_email_send_rate_limit';
    this.#take(`message:${address}`, 1, intervalSeconds * 1000, code);
  }

  /** Forgets the events of a key, after the success that proves it honest. */
  clear(name: RateLimitName, key: string): void {
    this.#windows.delete(`${name}:${key}`);
  }

  #take(key: string, events: number, windowMs: number, code: string): void {
    const now = this.#clock();
    const window = this.#windows.get(key);
    if (window === undefined || now - window.startedAtMs >= windowMs) {
      this.#windows.delete(key);
      this.#windows.set(key, { startedAtMs: now, count: 1 });
      this.#trim();
      return;
    }
    if (window.count >= events) {
      const seconds = Math.ceil((window.startedAtMs + windowMs - now) / 1000);
      throw rateLimited(Math.max(1, seconds), code);
    }
    window.count += 1;
  }

  #trim(): void {
    if (this.#windows.size <= MAX_KEYS) return;
    const oldest = this.#windows.keys().next();
    if (!oldest.done) this.#windows.delete(oldest.value);
  }
}

/** What counts as one client: an IPv4 address, or the /64 network that one IPv6 subscriber owns. */
export function clientKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
