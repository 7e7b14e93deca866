import { afterEach, describe, expect, it } from 'vitest';
import { alice, bob, bobLaptop, filled, refusal } from '../../test/building/builders.ts';
import {
  add,
  carol,
  create,
  dave,
  findDeviceKey,
  group,
  history,
  newLog,
  remove,
  revoked,
  roles,
  setRole,
  withDeviceKeys,
  write,
} from '../../test/building/group-history.ts';
import { verifyGroupLog } from './group-log.ts';

withDeviceKeys();

describe('A revoked device', () => {
  afterEach(() => revoked.clear());

  /** A log of three, and three entries that follow one another: two of Bob's, then Alice's. */
  async function withLaterEntries() {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const copy = newLog();
    const begun = [await create(), await write(alice, add(bob, 'admin'), await firstState())];
    await copy.appendAll(begun);
    const first = await write(bob, add(carol), state);
    const second = await write(bob, add(dave), await log.append(first));
    const third = await write(alice, setRole(carol, 'admin'), await log.append(second));
    return { log: copy, begun, later: [first, second, third] };
  }
  const firstState = async () => newLog().append(await create());

  it('writes nothing new', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const entry = await write(bob, add(carol), state);
    revoked.add(bob);

    expect(await refusal(() => log.append(entry))).toBe('not_permitted');
    expect(await refusal(() => log.admit(entry))).toBe('not_permitted');
    revoked.clear();
    expect(await refusal(() => log.append(entry))).toBe('accepted');
  });

  it('wrote what a current device has followed, and nothing else', async () => {
    const { log, begun, later } = await withLaterEntries();
    revoked.add(bob);
    const all = await verifyGroupLog({
      groupId: group,
      entries: [...begun, ...later],
      findDeviceKey,
    });
    expect(roles(await all.state())).toEqual({
      alice: 'admin',
      bob: 'admin',
      carol: 'admin',
      dave: 'member',
    });

    const { state, leftOut } = await log.appendAll(later.slice(0, 2));
    expect(leftOut).toBe(2);
    expect(roles(state)).toEqual({ alice: 'admin', bob: 'admin' });
    const caughtUp = await log.appendAll(later);
    expect(caughtUp.leftOut).toBe(0);
    expect(caughtUp.state).toEqual(await all.state());
  });

  it('is not vouched for by an entry that is refused: all or none are taken in', async () => {
    const { log, later } = await withLaterEntries();
    const before = await log.state();
    revoked.add(bob);
    const [first, second, third] = later;
    if (!first || !second || !third) throw new Error('three entries');
    const forged = { body: third.body, signature: filled(64, 0) };

    expect(await refusal(() => log.appendAll([first, second, forged]))).toBe('bad_signature');
    expect(await log.state()).toEqual(before);
    expect(await log.knowsEpoch(first.hash)).toBe(false);
    expect(await refusal(() => log.appendAll([second, third]))).toBe('chain_broken');
  });
});

describe('A batch', () => {
  it('is refused with an entry of a device that nobody knows', async () => {
    const first = await create();
    const { state } = await history();
    const foreign = await write(alice, add(bob), state, {
      author: { userId: alice, deviceId: bobLaptop },
    });

    expect(await refusal(() => newLog().appendAll([first, foreign]))).toBe('bad_key');
  });

  it('of no entries makes an empty log, which can be begun', async () => {
    const log = await verifyGroupLog({ groupId: group, entries: [], findDeviceKey });

    expect(await refusal(() => log.state())).toBe('chain_broken');
    expect(roles(await log.append(await create()))).toEqual({ alice: 'admin' });
  });
});

describe('A relay', () => {
  it('admits nothing from one who has lost his right, where a client takes it in for others', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')], [alice, add(carol)]);
    await log.append(await write(alice, remove(bob), state));
    const late = await write(bob, add(dave), state);

    expect(await refusal(() => log.admit(late))).toBe('not_permitted');
    expect(await refusal(() => write(carol, remove(alice), state).then((e) => log.admit(e)))).toBe(
      'not_permitted',
    );
    expect(await refusal(() => log.append(late))).toBe('accepted');
    expect(await refusal(() => log.admit(late))).toBe('accepted');
    const leaving = await write(carol, remove(carol), state);
    expect(roles(await log.admit(leaving))).toEqual({ alice: 'admin' });
    expect(await refusal(() => create().then((first) => newLog().admit(first)))).toBe('accepted');
  });

  it('admits no stepping down of one who is no admin any more, and no second beginning', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    await log.append(await write(alice, setRole(bob, 'member'), state));
    const late = await write(bob, setRole(bob, 'member'), state);
    const second = await create(carol);

    expect(await refusal(() => log.admit(late))).toBe('not_permitted');
    expect(await refusal(() => log.append(late))).toBe('accepted');
    expect(await refusal(() => log.admit(second))).toBe('chain_broken');
  });

  it('admits a promotion of one whom another has made a senior meanwhile', async () => {
    const { log, state } = await history([alice, add(carol)]);
    const promoted = await write(alice, setRole(carol, 'admin'), state);
    const first = await log.append(await write(alice, add(dave), state));
    const second = await log.append(await write(alice, add(bob, 'admin'), first));
    expect((await log.append(promoted)).admins).toEqual([alice, carol, bob]);

    const again = await write(bob, setRole(carol, 'admin'), second);
    expect((await log.admit(again)).admins).toEqual([alice, carol, bob]);
    const demoted = await write(bob, remove(carol), second);
    expect(await refusal(() => log.admit(demoted))).toBe('not_permitted');
  });

  it('admits nothing to a group that all have left', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const removed = await log.append(await write(alice, remove(bob), state));
    await log.append(await write(alice, remove(alice), removed));
    const late = await write(bob, add(dave), state);

    expect(await refusal(() => log.admit(late))).toBe('not_permitted');
  });
});

describe('An epoch', () => {
  it('has the members of its time, also where it was named after several entries', async () => {
    const { log, state } = await history([alice, add(bob)]);
    await log.append(await write(alice, add(carol), state));
    const merged = await log.append(await write(alice, add(dave), state));
    const after = await log.append(await write(alice, remove(bob), merged));

    expect(merged.heads).toHaveLength(2);
    expect(await log.knowsEpoch(merged.epochHash)).toBe(true);
    expect(await log.stateAt(merged.epochHash)).toEqual(merged.members);
    expect(await log.stateAt(state.epochHash)).toEqual(state.members);
    expect(await log.stateAt(after.epochHash)).toEqual(after.members);
    expect(await log.stateAt(filled(32, 1))).toBeUndefined();
    expect(await refusal(() => log.stateAt(filled(31, 1)))).toBe('RangeError');
  });
});

describe('A log with many ends', () => {
  it('can always be written to: the next entry names 8 of them', async () => {
    const { log, state } = await history([alice, add(dave)]);
    const places = [state];
    for (let i = 0; i < 11; i++) {
      const last = places.at(-1) ?? state;
      places.push(await log.append(await write(alice, i % 2 ? remove(bob) : add(bob), last)));
    }
    for (const at of places.slice(0, 10)) await log.append(await write(dave, remove(dave), at));
    const many = await log.state();
    expect(many.heads).toHaveLength(11);
    expect(many.previous).toHaveLength(8);

    const after = await log.append(await write(alice, add(carol), many));
    expect(after.heads.length).toBe(4);
    const last = await log.append(await write(alice, setRole(carol, 'admin'), after));
    expect(last.heads).toHaveLength(1);
    expect(roles(last)).toEqual({ alice: 'admin', bob: 'member', carol: 'admin' });
  });

  it('copies what it is given: bytes changed while an entry waits change nothing', async () => {
    const { log, state } = await history();
    const { body, signature } = await write(alice, add(bob), state);
    const appending = log.append({ body, signature });
    body.fill(0);
    signature.fill(0);

    expect(roles(await appending)).toEqual({ alice: 'admin', bob: 'member' });
  });
});
