import { describe, expect, it } from 'vitest';
import { filled, refusal } from '../../test/building/builders.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import {
  decodeVersioned,
  encodeVersioned,
  fields,
  fixedBytes,
  lengthPrefixed,
  list,
  oneOf,
  optional,
  uint,
  type Codec,
} from './record-codec.ts';

const written = <T>(codec: Codec<T>, value: T): string => toHex(encodeVersioned(codec, 1, value));
const read = <T>(codec: Codec<T>, hex: string): T => decodeVersioned(codec, 1, fromHex(hex));

/** A codec, a value and its bytes behind the version, then bytes that are refused. */
function knows<T>(codec: Codec<T>, value: T, hex: string, wrong: string[]): void {
  it(`${JSON.stringify(value)} as ${hex || 'nothing'}`, async () => {
    expect(written(codec, value)).toBe(`01${hex}`);
    expect(read(codec, `01${hex}`)).toEqual(value);
    const refused = ['', `00${hex}`, `02${hex}`, `01${hex}00`, ...wrong.map((each) => `01${each}`)];
    for (const bytes of refused)
      expect([bytes, await refusal(() => read(codec, bytes))]).toEqual([bytes, 'bad_encoding']);
  });
}

describe('A stored record writes and reads', () => {
  knows(uint, 258, '0000000000000102', ['00000000000001', '0020000000000000']);
  knows(fixedBytes(3), Uint8Array.of(1, 2, 3), '010203', ['0102']);
  knows(lengthPrefixed(2), Uint8Array.of(7, 8), '000000020708', ['0000000207', '00000003070809']);
  knows(lengthPrefixed(2), Uint8Array.of(), '00000000', ['000000']);
  knows(list(fixedBytes(1), 2), [filled(1, 5), filled(1, 6)], '000000020506', [
    '0000000205',
    '00000003050607',
  ]);
  knows(optional(fixedBytes(1)), filled(1, 9), '0109', ['01', '0209', 'ff09']);
  knows(optional(fixedBytes(1)), undefined, '00', ['02']);
  knows(oneOf(['one', 'two']), 'two', '01', ['02', 'ff']);
  knows(
    fields<{ a: Uint8Array; b: string }>({ a: fixedBytes(1), b: oneOf(['x']) }),
    { a: filled(1, 4), b: 'x' },
    '0400',
    ['04'],
  );
});

describe('A stored record', () => {
  it('is not written beyond its limits', () => {
    const over: (() => unknown)[] = [
      () => written(fixedBytes(3), filled(4, 1)),
      () => written(lengthPrefixed(2), filled(3, 1)),
      () => written(list(fixedBytes(1), 1), [filled(1, 1), filled(1, 1)]),
      () => written(uint, -1),
    ];
    for (const write of over) expect(write).toThrow(RangeError);
    expect(() => decodeVersioned(uint, 1, 'text' as unknown as Uint8Array)).toThrow(TypeError);
  });
});
