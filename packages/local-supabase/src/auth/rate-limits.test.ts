import { describe, expect, it } from 'vitest';
import { clientKey, RateLimits } from './rate-limits.ts';
import { authSettingsSchema } from './settings.ts';

describe('rate limits', () => {
  const { rateLimits } = authSettingsSchema.parse({
    rateLimits: { signIn: { events: 2, windowSeconds: 60 } },
  });

  it('refuse above the limit, say when to return, and let others pass', () => {
    let now = 1_000_000;
    const limits = new RateLimits(rateLimits, () => now);
    limits.count('signIn', 'a');
    limits.count('signIn', 'a');
    now += 20_000;

    expect(() => limits.count('signIn', 'a')).toThrowError(
      expect.objectContaining({
        status: 429,
        code: 'over_request_rate_limit',
        detail: { headers: { 'retry-after': '40' } },
      }),
    );
    limits.count('signIn', 'b');
    limits.count('refresh', 'a');
    now += 40_000;
    limits.count('signIn', 'a');
  });

  it('allow one message per address and interval', () => {
    let now = 0;
    const limits = new RateLimits(rateLimits, () => now);
    limits.countMessage('a@example.org', 60);

    expect(() => limits.countMessage('a@example.org', 60)).toThrowError(
      expect.objectContaining({ status: 429, code: 'over_email_send_rate_limit' }),
    );
    now += 60_000;
    limits.countMessage('a@example.org', 60);
  });
});

describe('the key of a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('of %s is %s', (address, key) => {
    expect(clientKey(address)).toBe(key);
  });
});
