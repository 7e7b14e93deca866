import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { avatarColors } from '../ui/avatar-model.ts';

const tokens = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');

type Theme = 'light' | 'dark';

function token(name: string, theme: Theme): string {
  const pair = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens);
  const color = pair?.[theme === 'light' ? 1 : 2];
  if (!color) throw new Error(`no token ${name}`);
  return color;
}

/** Relative luminance, WCAG 2.2. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const textPairs = [
  ...['canvas', 'surface', 'sunken', 'own', 'other', 'hover'].flatMap((ground) => [
    ['ink', ground],
    ['muted', ground],
    ['link', ground],
  ]),
  ['faint', 'surface'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['ok', 'ok-bg'],
  ['warn', 'warn-bg'],
  ['danger', 'danger-bg'],
  ['danger', 'canvas'],
  ['danger', 'surface'],
  ['warn', 'surface'],
  ['ok', 'surface'],
  ['accent', 'surface'],
] as [string, string][];

const signPairs = [
  ['control', 'surface'],
  ['focus', 'canvas'],
  ['focus', 'surface'],
  ['accent', 'own'],
  ['danger', 'own'],
] as [string, string][];

for (const theme of ['light', 'dark'] as const) {
  test.each(textPairs)(`${theme}: %s on %s is readable`, (text, ground) => {
    expect(contrast(token(text, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(signPairs)(`${theme}: %s on %s can be made out`, (sign, ground) => {
    expect(contrast(token(sign, theme), token(ground, theme))).toBeGreaterThanOrEqual(3);
  });
}

test.each(avatarColors)('white on avatar %s is readable', (color) => {
  expect(contrast('#ffffff', color)).toBeGreaterThanOrEqual(4.5);
});
