import { afterEach, describe, expect, it, vi } from 'vitest';
import { knownAnswers, runSelfTest, type KnownAnswers } from './run-self-test.ts';

const clock = () => {
  let time = 0;
  return () => (time += 5);
};

/** The same answers, one character of each expected one changed. */
const falsified = (known: KnownAnswers): KnownAnswers => ({
  ...known,
  answers: known.answers.map(({ compute, expected }) => ({
    compute,
    expected: `${expected.slice(0, -1)}${expected.endsWith('0') ? '1' : '0'}`,
  })),
});

afterEach(() => vi.unstubAllGlobals());

describe('The self-test', { timeout: 60_000 }, () => {
  it('passes here, on both back ends where there are two', async () => {
    const results = await runSelfTest({ now: clock() });

    expect(results.filter(({ failed, available }) => failed > 0 || !available)).toEqual([]);
    expect(results.filter(({ passed }) => passed === 0)).toEqual([]);
    expect(results.length).toBeGreaterThan(30);
    for (const { algorithm, native } of knownAnswers) {
      const ran = results.filter((result) => result.algorithm === algorithm);
      expect(ran.map(({ backEnd }) => backEnd)).toEqual(
        native.length > 0 ? ['webcrypto', 'javascript'] : ['javascript'],
      );
    }
  });

  it('sees every single answer that is falsified', async () => {
    const results = await runSelfTest({ now: clock(), answers: knownAnswers.map(falsified) });

    expect(results.filter(({ passed }) => passed > 0)).toEqual([]);
    expect(results.filter(({ failed }) => failed === 0)).toEqual([]);
  });

  it('counts what throws as failed, and goes on', async () => {
    const throwing: KnownAnswers = {
      algorithm: 'broken',
      origin: 'here',
      native: [],
      answers: [
        { compute: () => Promise.reject(new Error('broken')), expected: 'x' },
        { compute: async () => 'x', expected: 'x' },
      ],
    };

    const results = await runSelfTest({ now: clock(), answers: [throwing] });

    expect(results).toEqual([
      {
        algorithm: 'broken',
        origin: 'here',
        backEnd: 'javascript',
        available: true,
        passed: 1,
        failed: 1,
        durationMs: 5,
      },
    ]);
  });

  it('says what WebCrypto lacks instead of counting JavaScript twice', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    vi.resetModules();
    const fresh = await import('./run-self-test.ts');
    const x25519 = fresh.knownAnswers.filter(({ algorithm }) => algorithm === 'X25519');

    const results = await fresh.runSelfTest({ now: clock(), answers: x25519 });

    expect(results).toMatchObject([
      { backEnd: 'webcrypto', available: false, passed: 0, failed: 0 },
      { backEnd: 'javascript', available: true, passed: 3, failed: 0 },
    ]);
  });
});
