import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/building/builders.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import { ProtoReader } from './proto-reader.ts';
import { ProtoWriter } from './proto-writer.ts';
import { encodeVarint, readVarint } from './varint.ts';

describe('Protocol buffers', () => {
  it('encodes the numbers of the format’s own documentation', () => {
    expect(toHex(encodeVarint(150))).toBe('9601');
    expect([0, 127, 128, 2 ** 32].map((value) => toHex(encodeVarint(value)))).toEqual([
      '00',
      '7f',
      '8001',
      '8080808010',
    ]);
    expect(toHex(new ProtoWriter().uint(1, 150).finish())).toBe('089601');
    expect(toHex(new ProtoWriter().bytes(2, fromHex('74657374696e67')).finish())).toBe(
      '120774657374696e67',
    );
  });

  it('reads back what it wrote, absent fields as absent', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uint8Array({ maxLength: 300 }), (value, bytes) => {
        const read = new ProtoReader(new ProtoWriter().uint(3, value).bytes(700, bytes).finish());
        expect(read.requiredUint(3, Number.MAX_SAFE_INTEGER)).toBe(value);
        expect(read.requiredBytes(700, bytes.length)).toEqual(bytes);
        expect(read.uint(4)).toBeUndefined();
        expect(read.bytes(5)).toBeUndefined();
      }),
    );
    expect(new ProtoReader(fromHex('08ffffffff0f')).uint(1)).toBe(0xffff_ffff);
    expect(toHex(new ProtoWriter().uint(1, undefined).bytes(2, undefined).finish())).toBe('');
  });

  it('reads field numbers from 1 to 2^29 − 1 and varints of up to ten bytes', async () => {
    expect(new ProtoReader(fromHex('f8ffffff0f05')).uint(2 ** 29 - 1)).toBe(5);
    expect(new ProtoReader(fromHex(`08${'80'.repeat(9)}00`)).uint(1)).toBe(0);
    for (const hex of ['0001', '808080801005', `08${'80'.repeat(10)}00`]) {
      expect([hex, await refusal(() => new ProtoReader(fromHex(hex)))]).toEqual([
        hex,
        'bad_encoding',
      ]);
    }
  });

  it('ignores unknown fields of every wire type and takes the last of several', () => {
    const read = new ProtoReader(fromHex('08051100000000000000001d000000000807'));
    expect(read.uint(1)).toBe(7);
    expect(read.uint(2)).toBeUndefined();
    const large = new ProtoReader(fromHex(`78${'ff'.repeat(9)}010807`));
    expect(large.uint(1)).toBe(7);
  });

  it('refuses what is cut off, grouped, too large, or of another type', async () => {
    const refused = [
      '08',
      '0a05aa',
      '0b',
      '0c',
      ...['0b', '0c', '0e', '0f'].flatMap((tag) => [4, 8].map((n) => tag + '00'.repeat(n))),
      '00',
      '08' + 'ff'.repeat(10),
    ];
    for (const hex of refused) {
      expect([hex, await refusal(() => new ProtoReader(fromHex(hex)))]).toEqual([
        hex,
        'bad_encoding',
      ]);
    }
    for (const hex of ['08ffffffffffffff7f', '08' + 'ff'.repeat(9) + '01']) {
      const known = new ProtoReader(fromHex(hex));
      expect(await refusal(() => known.uint(1, Number.MAX_SAFE_INTEGER))).toBe('bad_encoding');
      expect(await refusal(() => readVarint(fromHex(hex), 1))).toBe('bad_encoding');
    }
    const read = new ProtoReader(fromHex('088080808010120101'));
    expect(await refusal(() => read.uint(1))).toBe('bad_encoding');
    expect(await refusal(() => read.bytes(1))).toBe('bad_encoding');
    expect(await refusal(() => read.uint(2))).toBe('bad_encoding');
    expect(await refusal(() => read.bytes(2, 2))).toBe('bad_encoding');
    expect(await refusal(() => read.requiredBytes(3))).toBe('bad_encoding');
    expect(await refusal(() => read.requiredUint(3))).toBe('bad_encoding');
  });

  it('writes fields in ascending order only', () => {
    expect(() => new ProtoWriter().uint(2, 1).uint(1, 1)).toThrow(RangeError);
    expect(() => new ProtoWriter().uint(2, 1).uint(2, 1)).toThrow(RangeError);
    expect(() => encodeVarint(-1)).toThrow(RangeError);
  });

  it('refuses any bytes with a coded error or reads them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const got = await refusal(() => new ProtoReader(bytes));
        expect(['accepted', 'bad_encoding']).toContain(got);
        const varint = await refusal(() => readVarint(bytes, 0));
        expect(['accepted', 'bad_encoding']).toContain(varint);
      }),
      { numRuns: 500 },
    );
  });
});
