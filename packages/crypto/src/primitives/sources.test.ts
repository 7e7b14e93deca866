/** Where randomness and turns of the thread come from, and what is remembered with a key. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { filled, refusal } from '../../test/building/builders.ts';
import { perKeyCache } from './per-key-cache.ts';
import { drawRandom, isSystemRandom, systemRandom } from './random.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe('The system’s generator', () => {
  it('fills any length, in parts where the platform takes no more at once', () => {
    const bytes = systemRandom(200_000);

    expect(bytes.length).toBe(200_000);
    for (const at of [0, 65_000, 65_536, 131_000, 131_072, 199_900])
      expect(new Set(bytes.subarray(at, at + 100)).size).toBeGreaterThan(10);
    expect(systemRandom(65_536).subarray(-100)).not.toEqual(filled(100, 0));
    expect(systemRandom(0)).toEqual(filled(0, 0));
    expect([isSystemRandom(undefined), isSystemRandom(systemRandom)]).toEqual([true, true]);
    expect(isSystemRandom((length) => filled(length, 1))).toBe(false);
  });

  it('is an error where there is none', async () => {
    vi.stubGlobal('crypto', undefined);
    vi.resetModules();
    const { systemRandom: none } = await import('./random.ts');

    expect(() => none(1)).toThrow('no random generator');
  });
});

describe('A source that is handed in', () => {
  it('must give as many bytes as were asked for', async () => {
    const draw = (source: unknown) => refusal(() => drawRandom(source as typeof systemRandom, 4));

    expect(drawRandom((length) => filled(length, 7), 4)).toEqual(filled(4, 7));
    expect(await draw(() => filled(3, 1))).toBe('RangeError');
    expect(await draw(() => filled(5, 1))).toBe('RangeError');
    expect(await draw(() => [1, 2, 3, 4])).toBe('TypeError');
    expect(await draw('random')).toBe('TypeError');
  });
});

describe('What is remembered with a key', () => {
  it('is made once for each array and name, and afresh when the bytes have changed', () => {
    const cache = perKeyCache<number>();
    let made = 0;
    const get = (key: Uint8Array, name: string) => cache(key, name, () => ++made);
    const [key, same] = [filled(4, 1), filled(4, 1)];

    expect([get(key, 'a'), get(key, 'a'), get(key, 'b'), get(same, 'a')]).toEqual([1, 1, 2, 3]);
    key[0] = 9;
    expect([get(key, 'a'), get(key, 'a'), get(key, 'b')]).toEqual([4, 4, 5]);
    key[0] = 1;
    expect(get(key, 'a')).toBe(6);
  });
});

describe('Giving way', () => {
  it('lets events come first, on message ports where there is nothing better', async () => {
    for (const setImmediateHere of [setImmediate, undefined]) {
      vi.stubGlobal('setImmediate', setImmediateHere);
      vi.resetModules();
      const { giveWay, turnstile } = await import('./give-way.ts');
      const order: string[] = [];
      const turn = turnstile();
      const waiting = [
        turn().then(() => order.push('first')),
        turn().then(() => order.push('second')),
      ];
      void Promise.resolve().then(() => order.push('microtask'));

      await Promise.all(waiting);
      await giveWay();

      expect(order).toEqual(['microtask', 'first', 'second']);
    }
  });
});
