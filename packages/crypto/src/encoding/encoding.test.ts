import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/building/builders.ts';
import { isCryptoError } from '../errors.ts';
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts';
import { concatBytes, equalBytes, isBytes, zeroize } from './bytes.ts';
import { frame } from './frame.ts';
import { fromHex, toHex } from './hex.ts';
import { be16, be32, be64, readBigEndian } from './integers.ts';
import { padmeLength, padmePad, padmeUnpad } from './padme.ts';
import { fromUtf8, utf8 } from './text.ts';
import { uuidBytes, uuidFromBytes } from './uuid.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('text encodings', () => {
  it('agree with Node’s for all bytes and come back', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const buffer = Buffer.from(value);
        expect(toHex(value)).toBe(buffer.toString('hex'));
        expect(toBase64(value)).toBe(buffer.toString('base64'));
        expect(toBase64Url(value)).toBe(buffer.toString('base64url'));
        expect(fromHex(toHex(value).toUpperCase())).toEqual(value);
        expect(fromBase64(toBase64(value))).toEqual(value);
        expect(fromBase64Url(toBase64Url(value))).toEqual(value);
      }),
    );
  });

  it('accept one text per byte string', async () => {
    for (const text of [
      'AA',
      'AAA',
      'AB==',
      'AAB=',
      'AA=A',
      '====',
      'A===',
      ' AAAA',
      'AA_=',
      'AAAA\n',
    ]) {
      expect([text, await refusal(() => fromBase64(text))]).toEqual([text, 'bad_encoding']);
    }
    for (const text of ['AA==', 'A', 'AB', 'AAB', 'A+AA', 'A/AA', 'AA AA', 'ＡＡ']) {
      expect([text, await refusal(() => fromBase64Url(text))]).toEqual([text, 'bad_encoding']);
    }
    for (const text of ['0', '0g', '0x00', ' 00', '00\n']) {
      expect([text, await refusal(() => fromHex(text))]).toEqual([text, 'bad_encoding']);
    }
  });

  it('keep every well-formed text and refuse malformed UTF-8 and lone surrogates', async () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text);
      }),
    );
    expect(fromUtf8(utf8('\u{feff}x'))).toBe('\u{feff}x');
    for (const hex of ['ff', 'c080', 'eda080', 'f4908080', 'e282']) {
      expect(await refusal(() => fromUtf8(fromHex(hex)))).toBe('bad_encoding');
    }
    expect(() => utf8('a\ud800')).toThrow(RangeError);
    expect(() => fromUtf8(fromHex('ff'))).toThrow(
      expect.objectContaining({ cause: expect.any(TypeError) }),
    );
  });

  it('take canonical lower-case UUIDs only', async () => {
    const uuid = '01234567-89ab-4cde-8f01-23456789abcd';

    expect(uuidFromBytes(uuidBytes(uuid))).toBe(uuid);
    const lookAlikes = ['ａ', '\u0430'].map((letter) => uuid.replace('a', letter));
    for (const text of [
      uuid.toUpperCase(),
      uuid.replaceAll('-', ''),
      `{${uuid}}`,
      `${uuid} `,
      `${uuid}\n`,
      `00${uuid}`,
      `${uuid}00`,
      uuid.slice(1),
      uuid.replace('-', '_'),
      '',
      ...lookAlikes,
      uuid.normalize('NFD').replace('a', 'a\u0301'),
    ]) {
      expect([text, await refusal(() => uuidBytes(text))]).toEqual([text, 'bad_encoding']);
    }
  });
});

describe('UUIDs', () => {
  it('are refused with any one letter in upper case or any one character changed', async () => {
    const uuid = 'abcdefab-cdef-4abc-8def-abcdefabcdef';
    for (let i = 0; i < uuid.length; i++) {
      for (const character of [uuid.charAt(i).toUpperCase(), 'g', ' ', ':']) {
        const changed = uuid.slice(0, i) + character + uuid.slice(i + 1);
        const expected = changed === uuid ? 'accepted' : 'bad_encoding';
        expect([changed, await refusal(() => uuidBytes(changed))]).toEqual([changed, expected]);
      }
    }
  });
});

describe('bytes', () => {
  it('are equal exactly when they are the same', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });

  it('are Uint8Arrays, those of Node and of other realms too, and no other arrays', () => {
    for (const value of [Buffer.from('a'), runInNewContext('new Uint8Array(2)')])
      expect(isBytes(value)).toBe(true);
    for (const value of [new Uint16Array(2), new DataView(new ArrayBuffer(2)), [1], null, 'a'])
      expect(isBytes(value)).toBe(false);
  });

  it('are overwritten by zeroize', () => {
    const secret = Uint8Array.of(1, 2, 3);

    zeroize(secret);

    expect(secret).toEqual(new Uint8Array(3));
  });

  it('hold numbers up to their size and 53 bits, and refuse more', async () => {
    expect([be16(0xffff), be32(0xffff_ffff)].map(toHex)).toEqual(['ffff', 'ffffffff']);
    expect(() => be16(0x1_0000)).toThrow(RangeError);
    expect(() => be32(0x1_0000_0000)).toThrow(RangeError);
    expect(readBigEndian(fromHex('001fffffffffffff'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(await refusal(() => readBigEndian(fromHex('0020000000000000')))).toBe('bad_encoding');
    expect(toHex(be64(Number.MAX_SAFE_INTEGER))).toBe('001fffffffffffff');
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => be64(value)).toThrow(RangeError);
  });
});

describe('frames', () => {
  it('are lengths and bytes: of the label, then of each field', () => {
    expect(toHex(frame('ab', [Uint8Array.of(7), Uint8Array.of()]))).toBe(
      '00000002616200000002000000010700000000',
    );
  });

  it('have a label of 1 to 255 printable ASCII characters and an array of fields', () => {
    expect(frame('x'.repeat(255), []).length).toBe(4 + 255 + 4);
    for (const label of ['', 'x'.repeat(256), 'a b', ' a', 'a ', 'a\n', 'ä', 'a\u007f'])
      expect(() => frame(label, [])).toThrow(RangeError);
    const framed = frame as (...input: unknown[]) => Uint8Array;
    for (const input of [[5, []], ['a'], ['a', new Set([Uint8Array.of(1)])], ['a', ['b']]])
      expect(() => framed(...input)).toThrow(TypeError);
  });

  const label = fc.stringMatching(/^[!-~]{1,20}$/);
  const fields = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 4 });

  it('of distinct tuples are distinct', () => {
    fc.assert(
      fc.property(label, fields, label, fields, (labelA, fieldsA, labelB, fieldsB) => {
        const hex = (list: Uint8Array[]): string => list.map(toHex).join(',');
        const same =
          labelA === labelB && fieldsA.length === fieldsB.length && hex(fieldsA) === hex(fieldsB);
        expect(equalBytes(frame(labelA, fieldsA), frame(labelB, fieldsB))).toBe(same);
      }),
    );
  });

  it('change when bytes move from one field to the next', () => {
    fc.assert(
      fc.property(fields, fc.nat(8), (list, cut) => {
        const joined = concatBytes(...list);
        const at = Math.min(cut, joined.length);
        const moved = [joined.subarray(0, at), joined.subarray(at)];
        fc.pre(list.length !== 2 || list[0]?.length !== at);
        expect(equalBytes(frame('x', list), frame('x', moved))).toBe(false);
      }),
    );
  });
});

describe('Padmé', () => {
  it('comes back, never shrinks, and adds at most 12 % above 32 bytes', () => {
    fc.assert(
      fc.property(fc.nat(5_000), (length) => {
        const content = new Uint8Array(length).fill(0x80);
        const padded = padmePad(content);
        expect(padmeUnpad(padded)).toEqual(content);
        expect(padded.length).toBe(padmeLength(length + 1));
        expect(padded.length).toBeLessThanOrEqual(Math.max(32, Math.ceil((length + 1) * 1.12)));
      }),
    );
  });

  it('rounds up as the paper defines', () => {
    expect([9, 32, 33, 64, 65, 100, 1_000, 1_025, 1_000_000].map(padmeLength)).toEqual([
      32, 32, 36, 64, 72, 104, 1_024, 1_088, 1_015_808,
    ]);
  });

  it('accepts only the padding that it makes', async () => {
    const read = (padded: Uint8Array): Uint8Array | undefined => {
      try {
        return padmeUnpad(padded);
      } catch (error) {
        if (isCryptoError(error, 'bad_encoding')) return undefined;
        throw error;
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (padded) => {
        const content = read(padded);
        expect(content === undefined || equalBytes(padmePad(content), padded)).toBe(true);
      }),
    );
    const marked = (marker: number) => Uint8Array.of(1, marker, ...new Uint8Array(30));
    expect(padmeUnpad(marked(0x80))).toEqual(Uint8Array.of(1));
    const others = [0x81, 0x40, 1, 0xff].map(marked);
    for (const padded of [...others, new Uint8Array(32), Uint8Array.of(1, 0x80), Uint8Array.of()]) {
      expect(await refusal(() => padmeUnpad(padded))).toBe('bad_encoding');
    }
  });
});
