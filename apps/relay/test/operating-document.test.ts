import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { environmentVariables } from '../src/config.ts';
import { tableIn } from './support/protocol-tables.ts';

it('docs/operating.md names each variable of the environment, and no other', async () => {
  const page = await readFile(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const [, ...rows] = tableIn(page, 'environment');

  expect(new Set(rows.map(([name]) => name))).toEqual(
    new Set(environmentVariables.map((name) => `\`${name}\``)),
  );
  expect(rows).toHaveLength(environmentVariables.length);
});
