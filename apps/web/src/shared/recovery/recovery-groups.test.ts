import { expect, test } from 'vitest';
import { checkConfirm, pickGroups, recoveryGroups } from './recovery-groups.ts';

test('a recovery key is split at dashes, spaces and line ends alike', () => {
  expect(recoveryGroups('AAAA-BBBB CCCC\nDDDD')).toEqual(['AAAA', 'BBBB', 'CCCC', 'DDDD']);
});

test('two different groups are asked for, in order, whatever the random numbers', () => {
  for (let a = 0; a < 1; a += 0.07) {
    for (let b = 0; b < 1; b += 0.07) {
      const draws = [a, b];

      const [first, second] = pickGroups(13, () => draws.shift() ?? 0);

      expect(first).toBeLessThan(second);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(second).toBeLessThan(13);
    }
  }
});

test('an empty group is named before anything is sent', () => {
  expect(Object.keys(checkConfirm({ group1: 'AAAA', group2: ' ' }))).toEqual(['group2']);
});
