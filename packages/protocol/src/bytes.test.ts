import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { base64UrlSchema, bytesSchema } from './bytes.ts';

const any = base64UrlSchema({ min: 0, max: 300 });

describe('base64url bytes', () => {
  it('are the spelling Node gives, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');

        expect(z.encode(any, bytes)).toBe(text);
        expect(Buffer.from(z.decode(any, text))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it.each([
    ['padding', 'AA=='],
    ['standard alphabet', '+/+/'],
    ['an impossible length', 'A'],
    ['stray bits behind the last byte', 'AB'],
    ['white space', 'AA AA'],
    ['a number', 7],
    ['nothing', undefined],
  ])('refuse %s', (_name, text) => {
    expect(any.safeParse(text).success).toBe(false);
  });

  it('keep to their size', () => {
    const exact = base64UrlSchema({ exact: 3 });

    expect(exact.safeParse('AAAA').success).toBe(true);
    expect(exact.safeParse('AAA').success).toBe(false);
    expect(exact.safeParse('AAAAAA').success).toBe(false);
  });
});

describe('binary bytes', () => {
  const schema = bytesSchema({ max: 4 });

  it('take every shape msgpack hands out', () => {
    const shapes = [new Uint8Array([1, 2]), Buffer.from([1, 2]), new Uint8Array([1, 2]).buffer];

    for (const shape of shapes) expect([...schema.parse(shape)]).toEqual([1, 2]);
  });

  it.each([['text'], [[1, 2]], [new Uint8Array(0)], [new Uint8Array(5)], [null], [{ length: 2 }]])(
    'refuse %o',
    (value) => {
      expect(schema.safeParse(value).success).toBe(false);
    },
  );
});
