import { expect, test } from 'vitest';
import { applyAppearance, parseAppearance } from './appearance.ts';

const plain = { theme: 'system', density: 'comfortable', singleKeys: true };

test.each([null, '', 'null', '{', '[]', '{"theme":"blue","density":3}'])(
  'what is stored may be anything: %o',
  (stored) => {
    expect(parseAppearance(stored)).toEqual(plain);
  },
);

test('a choice is kept', () => {
  expect(parseAppearance('{"theme":"dark","density":"compact","singleKeys":false}')).toEqual({
    theme: 'dark',
    density: 'compact',
    singleKeys: false,
  });
});

test('the system theme leaves no mark on the page', () => {
  const root = document.createElement('html');

  applyAppearance({ theme: 'dark', density: 'compact', singleKeys: true }, root);
  applyAppearance({ theme: 'system', density: 'compact', singleKeys: true }, root);

  expect(root).not.toHaveAttribute('data-theme');
  expect(root).toHaveAttribute('data-density', 'compact');
});
