import { expect, it } from 'vitest';
import { selfTest } from './self-test.ts';

it(
  'reports every construction in a form that crosses to the page',
  { timeout: 60_000 },
  async () => {
    const report = await selfTest();

    expect(structuredClone(report)).toEqual(report);
    expect(report.rows.length).toBeGreaterThan(30);
    expect(report.rows.filter(({ failed, passed }) => failed > 0 || passed === 0)).toEqual([]);
    expect(report.rows.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  },
);
