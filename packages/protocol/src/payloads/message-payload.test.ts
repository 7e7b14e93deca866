import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { messagePayloadSchema, utf8Length } from './message-payload.ts';

describe('a message payload', () => {
  const text = (content: string) => ({ kind: 'text', text: content, sentAtMs: 1 });

  it('holds up to 16 KiB of UTF-8', () => {
    const fits = 'é'.repeat(limits.messageTextBytes / 2);

    expect(messagePayloadSchema.safeParse(text(fits)).success).toBe(true);
    expect(messagePayloadSchema.safeParse(text(`${fits}a`)).success).toBe(false);
  });

  it('counts UTF-8 as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (string) => {
        expect(utf8Length(string)).toBe(new TextEncoder().encode(string).length);
      }),
    );
  });

  it.each([[text('')], [{ kind: 'other' }], [{ ...text('a'), sentAtMs: 1.5 }], [null]])(
    'refuses %o',
    (payload) => {
      expect(messagePayloadSchema.safeParse(payload).success).toBe(false);
    },
  );
});
