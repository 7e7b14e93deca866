import { describe, expect, it } from 'vitest';
import { alicePhone, chat, filled } from '../../test/building/builders.ts';
import { beginning, logOf, takeInto, user, type Unsigned } from '../../test/building/random-log.ts';
import { be32 } from '../encoding/integers.ts';
import { toHex } from '../encoding/hex.ts';
import type { GroupEntry } from './group-entry.ts';
import type { MergedLog } from './merged-log.ts';
import type { Members } from './placed-entry.ts';

type Change = Pick<GroupEntry, 'action' | 'role'>;
const joins: Change = { action: 'add', role: 'member' };
const joinsAsAdmin: Change = { action: 'add', role: 'admin' };
const goes: Change = { action: 'remove', role: null };

let number = 0;
/** An entry by the first user or another, after some entries. */
function after(previous: readonly Unsigned[], change: Change, subject: number, by = 0): Unsigned {
  number += 1;
  const hash = filled(32, 0x22);
  hash.set(be32(number));
  const entry: GroupEntry = {
    groupId: chat,
    epoch: 1 + Math.max(...previous.map(({ entry: { epoch } }) => epoch)),
    previous: previous.map((one) => one.hash),
    subject: user(subject),
    author: { userId: user(by), deviceId: alicePhone },
    ...change,
  };
  return { entry, hash };
}

const nameOf = ({ hash }: Unsigned): string => toHex(hash);
const usersIn = (members: Members | undefined): string[] =>
  [...(members ?? [])].map(([id]) => id).sort();
const users = (...numbers: number[]): string[] => numbers.map(user);
const headsOf = (log: MergedLog): string[] => log.heads.map(({ name }) => name).sort();

describe('The state before an entry', () => {
  it('is that of the entries it follows, where it follows some of the newest', async () => {
    const second = after([beginning], joinsAsAdmin, 1);
    const [a, b] = [after([second], joins, 2), after([second], joins, 3)];
    const out = after([second], goes, 1);
    const log = await logOf([beginning, second, a, b, out]);
    const bySecond = after([a, b], joins, 4, 1);

    await takeInto(log, bySecond);

    expect(usersIn(log.present)).toEqual(users(0, 2, 3));
    expect(usersIn(await log.membersAt(nameOf(bySecond)))).toEqual(users(0, 1, 2, 3, 4));
  });

  it('is its own for each set of entries that some entry follows', async () => {
    const [a, b] = [after([beginning], joins, 1), after([beginning], joins, 2)];
    const log = await logOf([beginning, a, b]);
    log.rememberEpoch();
    const early = toHex(log.epochHash);
    const joined = after([a, b], joins, 3);
    const [c, d] = [after([joined], joins, 4), after([joined], goes, 1)];
    for (const item of [joined, c, d]) await takeInto(log, item);
    log.rememberEpoch();
    const late = toHex(log.epochHash);
    for (const item of [after([c, d], joins, 5)]) await takeInto(log, item);

    for (let i = 0; i < 2; i++) {
      expect(usersIn(await log.membersAt(early))).toEqual(users(0, 1, 2));
      expect(usersIn(await log.membersAt(late))).toEqual(users(0, 2, 3, 4));
      expect(usersIn(await log.membersAt(nameOf(joined)))).toEqual(users(0, 1, 2, 3));
      expect(usersIn(await log.membersAt(nameOf(c)))).toEqual(users(0, 1, 2, 3, 4));
    }
  });
});

describe('The newest entries', () => {
  it('are one in each branch, however long the log is when all is judged again', async () => {
    const side = after([beginning], joins, 1);
    const log = await logOf([beginning, side]);
    let last = beginning;
    for (let i = 2; i < 100; i++) {
      last = after([last], i % 2 ? goes : joins, 2);
      await takeInto(log, last);
      expect(headsOf(log)).toEqual([nameOf(side), nameOf(last)].sort());
    }
  });
});

describe('Names of merged epochs', () => {
  it('are kept, the newest 1,024; single entries take none of the room', async () => {
    const side = after([beginning], joins, 1);
    const log = await logOf([beginning, side]);
    const next = async (previous: Unsigned[], change: Change, subject: number, by = 0) => {
      const item = after(previous, change, subject, by);
      await takeInto(log, item);
      log.rememberEpoch();
      return item;
    };
    /** Somebody joins, and leaves with the next call. */
    const inTurn = (last: Unsigned, i: number) => {
      const subject = 10 + ((i >>> 1) % 200);
      return i % 2 ? next([last], goes, subject, subject) : next([last], joins, subject);
    };
    const other = await next([beginning], joins, 2);
    const first = toHex(log.epochHash);
    let last = await next([side, other], joins, 3);
    for (let i = 0; i < 1_100; i++) last = await inTurn(last, i);
    expect(log.heads).toHaveLength(1);
    expect(log.knows(first)).toBe(true);

    await next([beginning], joins, 4);
    for (let i = 0; i < 1_022; i++) last = await inTurn(last, i);
    expect(log.knows(first)).toBe(true);
    await next([last], joins, 5);
    expect(log.knows(first)).toBe(false);
  });
});
