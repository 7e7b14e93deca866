import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chat, filled, offsetView, otherChat, refusal } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { be16, be64 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { ChatKeyHistory } from './chat-key-history.ts';
import { epochKeyFrom } from './epoch-key.ts';

const keyOf = (epoch: number, value: number) =>
  epochKeyFrom({ key: filled(32, value), chatId: chat, epoch, timestampMs: epoch });

describe('A key history', () => {
  it('keeps current, previous and one before, and says what fell out', async () => {
    const history = new ChatKeyHistory({ chatId: chat });
    const keys = await Promise.all([1, 2, 3, 4].map((epoch) => keyOf(epoch, epoch)));
    const dropped = [];

    for (const key of keys) dropped.push(...(await history.add(key)));

    expect(history.current).toEqual(keys[3]);
    expect(history.keys.map(({ epoch }) => epoch)).toEqual([4, 3, 2]);
    expect(dropped).toEqual([keys[0]]);
    expect(keys.map(({ keyId }) => history.find(offsetView(keyId))?.epoch)).toEqual([
      undefined,
      2,
      3,
      4,
    ]);
  });

  it('rotates one epoch at a time', async () => {
    const history = new ChatKeyHistory({ chatId: chat });
    const keys = await Promise.all([7, 8, 9, 10].map((epoch) => keyOf(epoch, epoch)));
    const dropped = [];

    for (const key of keys) dropped.push(...(await history.rotate(key)));

    expect(history.keys).toEqual(keys.slice(1).toReversed());
    expect(dropped).toEqual(keys.slice(0, 1));
    const before = history.serialize();
    for (const [epoch, code] of [
      [9, 'rollback'],
      [10, 'rollback'],
      [12, 'chain_broken'],
    ] as const) {
      const wrong = await keyOf(epoch, 99);
      expect(await refusal(() => history.rotate(wrong))).toBe(code);
    }
    const forged = { ...(await keyOf(11, 1)), keyId: filled(16, 0) };
    expect(await refusal(() => history.rotate(forged))).toBe('bad_key');
    expect(history.serialize()).toEqual(before);
  });

  it('ends the same in whatever order and however often keys arrive', async () => {
    const keys = await Promise.all([1, 2, 2, 3, 3, 3].map((epoch, index) => keyOf(epoch, index)));
    const order = fc.array(fc.nat(keys.length - 1), { maxLength: 20 });
    const build = async (indexes: number[]) => {
      const history = new ChatKeyHistory({ chatId: chat, depth: 5 });
      for (const index of indexes) await history.add(keys[index] ?? (await keyOf(1, 0)));
      return toHex(history.serialize());
    };
    const all = await build([0, 1, 2, 3, 4, 5]);
    await fc.assert(
      fc.asyncProperty(order, async (indexes) => {
        const rest = [5, 4, 3, 2, 1, 0].filter((index) => !indexes.includes(index));
        expect(await build([...indexes, ...rest])).toBe(all);
      }),
      { numRuns: 40 },
    );
  });

  it('lets the lowest commitment win an epoch and keeps the loser readable', async () => {
    const [one, two] = [await keyOf(1, 1), await keyOf(1, 2)];
    const history = new ChatKeyHistory({ chatId: chat });

    await history.add(one);
    await history.add(two);

    const [winner, loser] = toHex(one.commitment) < toHex(two.commitment) ? [one, two] : [two, one];
    expect(history.current).toEqual(winner);
    expect(history.find(loser.keyId)).toEqual(loser);
    expect(await history.add(loser)).toEqual([]);
    expect(history.keys).toEqual([winner, loser]);
  });

  it('keeps the eight lowest of the keys proposed for one epoch', async () => {
    const keys = await Promise.all(Array.from({ length: 9 }, (_, index) => keyOf(1, index)));
    const history = new ChatKeyHistory({ chatId: chat });
    const dropped = [];

    for (const key of keys) dropped.push(...(await history.add(key)));

    keys.sort((a, b) => (toHex(a.commitment) < toHex(b.commitment) ? -1 : 1));
    expect(history.keys).toEqual(keys.slice(0, 8));
    expect(dropped).toEqual(keys.slice(8));
  });

  it('refuses keys of another chat or under a false id', async () => {
    const history = new ChatKeyHistory({ chatId: chat });
    const foreign = await epochKeyFrom({
      key: filled(32, 1),
      chatId: otherChat,
      epoch: 1,
      timestampMs: 1,
    });
    const own = await keyOf(1, 1);

    expect(await refusal(() => history.add(foreign))).toBe('bad_key');
    expect(await refusal(() => history.add({ ...own, epoch: 2 }))).toBe('bad_key');
    expect(await refusal(() => history.add({ ...own, keyId: filled(16, 0) }))).toBe('bad_key');
    const commitment = concatBytes(own.keyId, filled(16, 0));
    expect(await refusal(() => history.add({ ...own, commitment }))).toBe('bad_key');
    expect(history.current).toBeUndefined();
  });

  it('comes back from its bytes and from nothing else', async () => {
    const history = new ChatKeyHistory({ chatId: chat, depth: 2 });
    await history.add(await keyOf(1, 1));
    await history.add(await keyOf(2, 2));
    const bytes = history.serialize();

    const read = await ChatKeyHistory.parse(offsetView(bytes));

    expect(read.keys).toEqual(history.keys);
    expect([read.chatId, read.depth]).toEqual([chat, 2]);
    for (const broken of [
      bytes.slice(1),
      bytes.slice(0, -1),
      Uint8Array.of(...bytes, 0),
      filled(0, 0),
      filled(200, 255),
    ]) {
      expect(await refusal(() => ChatKeyHistory.parse(broken))).toBe('bad_encoding');
    }
  });

  it('is read in one order, without repetition, within its depth', async () => {
    const bytesOf = async (depth: number, ...epochs: number[]) => {
      const keys = await Promise.all(epochs.map((epoch) => keyOf(epoch, epoch)));
      const parts = keys.map(({ key, epoch, timestampMs }) =>
        concatBytes(be64(epoch), be64(timestampMs), key),
      );
      const head = [filled(1, 1), uuidBytes(chat), be16(depth), be16(keys.length)];
      return concatBytes(...head, ...parts);
    };
    const parse = async (depth: number, ...epochs: number[]) => {
      const bytes = await bytesOf(depth, ...epochs);
      return refusal(() => ChatKeyHistory.parse(bytes));
    };

    expect(await parse(2, 2, 1)).toBe('accepted');
    expect(await parse(2, 1, 2)).toBe('bad_encoding');
    expect(await parse(2, 2, 1, 1)).toBe('bad_encoding');
    expect(await parse(2, 3, 2, 1)).toBe('bad_encoding');
    expect(await parse(0)).toBe('bad_encoding');
  });

  it('takes whole depths only', () => {
    for (const depth of [0, -1, 1.5, 65_536]) {
      expect(() => new ChatKeyHistory({ chatId: chat, depth })).toThrow(RangeError);
    }
  });
});
