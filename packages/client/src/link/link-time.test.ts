import { describe, expect, it } from 'vitest';
import { endOf } from './link-time.ts';

const minute = 60_000;

describe('the end of a request by the clock of this device', () => {
  it('is the time that is left where clocks agree', () => {
    const link = { createdAtMs: 1_000_000, expiresAtMs: 1_000_000 + 10 * minute };

    expect(endOf(link, 1_000_000)).toBe(link.expiresAtMs);
    expect(endOf(link, 1_000_000 + 4 * minute)).toBe(link.expiresAtMs);
  });

  it('is a whole life after it was seen where the clock here is years ahead', () => {
    const link = { createdAtMs: 1_000_000, expiresAtMs: 1_000_000 + 10 * minute };

    expect(endOf(link, 9_000_000_000)).toBe(9_000_000_000 + 10 * minute);
  });

  it('is never later than the protocol allows, nor before the request was seen', () => {
    const endless = { createdAtMs: 0, expiresAtMs: 8_640_000_000_000 };
    const backwards = { createdAtMs: 1_000_000, expiresAtMs: 0 };

    expect(endOf(endless, 5_000_000)).toBe(5_000_000 + 10 * minute);
    expect(endOf(backwards, 5_000_000)).toBe(5_000_000);
  });
});
