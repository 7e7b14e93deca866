import { expect, it } from 'vitest';
import { parseRecord, serializeRecord } from './json-bytes.ts';

it('keeps byte strings through a record, also those that Node hands out as Buffer', () => {
  const record = { a: Buffer.from([1, 2, 255]), list: [new Uint8Array(0)], text: 'x', none: null };

  const read = parseRecord(serializeRecord(record));

  expect(read).toEqual({
    a: Uint8Array.of(1, 2, 255),
    list: [new Uint8Array(0)],
    text: 'x',
    none: null,
  });
});
