import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { protocolTables, tableIn } from './support/protocol-tables.ts';

const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

describe('docs/protocol.md', () => {
  it.each(Object.keys(protocolTables))('repeats the protocol truly: %s', (name) => {
    expect(tableIn(page, name)).toEqual(protocolTables[name]);
  });
});
