import * as z from 'zod/mini';
import { limits } from './limits.ts';

/** C0, C1 and bidirectional controls, line separators, zero-width and byte-order marks. */
const forbidden =
  // eslint-disable-next-line no-control-regex -- the control characters are what is refused
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/**
 * A name that people read: NFC, trimmed, 1 to 64 code points, no control or bidirectional
 * characters (a name must not be able to turn the text beside it round).
 */
export const nameSchema = z.string().check(
  z.maxLength(limits.nameCharacters * 4),
  z.overwrite((name) => name.normalize('NFC').trim()),
  z.refine((name) => name.length > 0, { message: 'expected a name' }),
  z.refine((name) => [...name].length <= limits.nameCharacters, { message: 'name too long' }),
  z.refine((name) => !forbidden.test(name), { message: 'control or bidirectional characters' }),
);

/**
 * A person's unique handle: a lower-case letter, then letters, digits, dots or underscores. ASCII
 * only, so that two handles cannot look alike.
 */
export const handleSchema = z
  .string()
  .check(
    z.maxLength(limits.handleCharacters),
    z.regex(/^[a-z][a-z0-9._]*[a-z0-9]$/, 'expected letters, digits, dots and underscores'),
    z.minLength(limits.handleMinimumCharacters),
  );

/** What a person may type for a handle: spaces around it, a leading @ and capitals are forgiven. */
export function normaliseHandle(typed: string): string {
  return typed.normalize('NFKC').trim().replace(/^@/, '').toLowerCase();
}

export const avatarColorSchema = z.int().check(z.gte(0), z.lte(7));
