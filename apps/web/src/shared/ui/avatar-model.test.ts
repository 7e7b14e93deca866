import { expect, test } from 'vitest';
import { initials } from './avatar-model.ts';

test.each([
  ['Maya Lind', 'ML'],
  ['Ana Paula Sousa', 'AS'],
  ['jo', 'J'],
  ['👩‍🚀 Ride', '👩‍🚀R'],
  ['é', 'É'],
  ['  ', ''],
])('%s is drawn as %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});
