/**
 * The one encoding of tuples that are signed, authenticated or hashed (`docs/encryption.md`, frames):
 * be32(label length) ‖ label ‖ be32(count) ‖ for each field be32(length) ‖ field. It is injective:
 * distinct (label, fields) never give the same bytes.
 */
import { assertBytes, concatBytes } from './bytes.ts';
import { be32 } from './integers.ts';
import { utf8 } from './text.ts';

/** Encodes a label and byte fields injectively; the label is 1 to 255 printable ASCII characters. */
export function frame(label: string, fields: readonly Uint8Array[]): Uint8Array {
  assertLabel(label, 'label');
  assertFields(fields, 'fields');
  const parts = [be32(label.length), utf8(label), be32(fields.length)];
  for (const field of fields) parts.push(be32(field.length), field);
  return concatBytes(...parts);
}

/** Refuses a label that is not 1 to 255 printable ASCII characters. */
export function assertLabel(label: unknown, name: string): asserts label is string {
  if (typeof label !== 'string')
    throw new TypeError(`${name}: expected string, got ${typeof label}`);
  if (!/^[\x21-\x7e]{1,255}$/.test(label)) {
    throw new RangeError(`${name}: expected 1 to 255 printable ASCII characters without spaces`);
  }
}

/** Refuses what is not an array of byte arrays. */
export function assertFields(
  fields: unknown,
  name: string,
): asserts fields is readonly Uint8Array[] {
  if (!Array.isArray(fields)) throw new TypeError(`${name}: expected an array of Uint8Array`);
  for (const field of fields) assertBytes(field, `${name}[]`);
}
