import { describe, expect, it } from 'vitest';
import { parseJsonBody } from './json-body.ts';

describe('a request body', () => {
  it('is an object, or nothing', () => {
    expect(parseJsonBody('')).toEqual({});
    expect(parseJsonBody(' {"a": [1, {"b": null}]} ')).toEqual({ a: [1, { b: null }] });
  });

  it.each(['[]', 'null', '1', '"x"', '{', '{"a":1}}', 'undefined'])('is not %s', (text) => {
    expect(() => parseJsonBody(text)).toThrowError(expect.objectContaining({ status: 400 }));
  });

  it.each([
    ['NUL', '{"a":"x\\u0000"}'],
    ['NUL in a key', '{"a\\u0000":1}'],
    ['half a surrogate pair', '{"a":["\\ud800"]}'],
  ])('with %s is refused before the database sees it', (_title, text) => {
    expect(() => parseJsonBody(text)).toThrowError(
      expect.objectContaining({ status: 400, code: 'validation_failed' }),
    );
  });

  it('nested 4,500 deep is refused, in lists and in objects', () => {
    const list = `{"a":${'['.repeat(4500)}${']'.repeat(4500)}}`;
    const object = `${'{"a":'.repeat(4500)}1${'}'.repeat(4500)}`;

    for (const text of [list, object]) {
      expect(() => parseJsonBody(text)).toThrowError(expect.objectContaining({ status: 400 }));
    }
  });

  it('loses __proto__ keys at every level', () => {
    const body = parseJsonBody('{"__proto__":{"x":1},"data":{"__proto__":{"y":1},"z":1}}');

    expect(Object.keys(body)).toEqual(['data']);
    expect(JSON.stringify(body)).toBe('{"data":{"z":1}}');
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });
});
