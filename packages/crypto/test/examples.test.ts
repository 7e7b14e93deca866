/** Every example runs to its end: what it asserts holds. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../examples');
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));

describe('The examples', () => {
  it('are numbered from 01 without a gap', () => {
    const numbers = files.map((file) => Number(file.slice(0, 2)));

    expect(numbers).toEqual(files.map((_, index) => index + 1));
    expect(files.length).toBeGreaterThan(4);
  });

  it.each(files)('run: %s', async (file) => {
    await expect(import(join(folder, file))).resolves.toBeDefined();
  });
});
