import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { keepUnchanged } from './keep-unchanged.ts';

const message = (id: string, text: string) => ({ id, seq: 1, body: { kind: 'text', text } });

describe('keepUnchanged', () => {
  it('gives the previous value itself when nothing changed', () => {
    const previous = { status: 'ready', messages: [message('a', 'x')], trust: null };

    expect(keepUnchanged(previous, structuredClone(previous))).toBe(previous);
  });

  it('keeps each message that did not change, wherever it moved to', () => {
    const previous = { messages: [message('a', 'x'), message('b', 'y')] };

    const merged = keepUnchanged(previous, {
      messages: [message('new', 'z'), message('a', 'x'), message('b', 'edited')],
    });

    expect(merged.messages[1]).toBe(previous.messages[0]);
    expect(merged.messages[2]).toEqual(message('b', 'edited'));
  });

  it('notices a field that went away and a list that became shorter', () => {
    expect(keepUnchanged({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
    expect(keepUnchanged([1, 2], [1])).toEqual([1]);
    expect(keepUnchanged({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
    expect(keepUnchanged([], {})).toEqual({});
  });

  it('never changes what is said', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (previous, next) => {
        expect(keepUnchanged(previous, next)).toEqual(next);
      }),
    );
  });
});
