import { describe, expect, it } from 'vitest';
import { refusal } from '../../../test/building/builders.ts';
import { fromHex, toHex } from '../../encoding/hex.ts';
import { braidTypes, parseBraidMessage, serializeBraidMessage } from './braid-message.ts';

const data = '09'.repeat(32);

describe('The ratchet’s part of a message', () => {
  it('has a number for each type, and a chunk with all but two', () => {
    for (const [number, type] of braidTypes.entries()) {
      const chunked = type !== 'none' && type !== 'ct1Ack';
      const chunk = chunked ? { index: 300, data: fromHex(data) } : undefined;
      const hex = `01ac02050${number}${chunked ? `ac02${data}` : ''}`;

      expect(toHex(serializeBraidMessage({ epoch: 300, index: 5, type, chunk }))).toBe(hex);
      expect(parseBraidMessage(fromHex(hex))).toEqual({ epoch: 300, index: 5, type, chunk });
    }
  });

  it('reaches to its limits and no further', async () => {
    const wrong = {
      nothing: '',
      'another version': '02010100',
      'no type': '010101',
      'an unknown type': '01010107',
      'epoch 0': '01000100',
      'an index above 32 bits': '0101808080801000',
      'a byte too many': '0101010000',
      'a chunk too short': `01010105ac02${data.slice(2)}`,
      'a chunk too long': `01010105ac02${data}00`,
      'no chunk': '01010105',
      'a chunk with a type that has none': `01010100ac02${data}`,
      'chunk index 65,536': `01010105808004${data}`,
    };
    for (const [what, hex] of Object.entries(wrong)) {
      const got = await refusal(() => parseBraidMessage(fromHex(hex)));
      expect([what, got]).toEqual([what, 'bad_encoding']);
    }
    expect(parseBraidMessage(fromHex('0101ffffffff0f00')).index).toBe(0xffff_ffff);
    expect(parseBraidMessage(fromHex(`01010105ffff03${data}`)).chunk?.index).toBe(65_535);
  });
});
