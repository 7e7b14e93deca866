import { describe, expect, it } from 'vitest';
import { alice, bob } from '../../test/building/builders.ts';
import {
  add,
  carol,
  create,
  dave,
  history,
  newLog,
  remove,
  roles,
  setRole,
  withDeviceKeys,
  write,
} from '../../test/building/group-history.ts';

withDeviceKeys();

describe('Leaving', () => {
  it('stands for the senior of two admins, also where the junior comes first', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')], [alice, add(carol)]);
    await log.append(await write(bob, remove(bob), state));

    const after = await log.append(await write(alice, remove(alice), state));

    expect(roles(after)).toEqual({ bob: 'admin', carol: 'member' });
  });

  it('stands though the other admin had left once and came back', async () => {
    const { state } = await history(
      [alice, add(bob, 'admin')],
      [bob, remove(bob)],
      [alice, add(bob, 'admin')],
      [alice, remove(alice)],
    );
    expect(roles(state)).toEqual({ bob: 'admin' });

    const other = await history(
      [alice, add(bob, 'admin')],
      [alice, remove(alice)],
      [bob, add(alice, 'admin')],
      [bob, remove(bob)],
    );
    expect(roles(other.state)).toEqual({ alice: 'admin' });
  });

  it('stands where another admin, of whom others wrote at the same time, stays', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')], [alice, add(carol)]);
    const byBob = await log.append(await write(bob, setRole(carol, 'admin'), state));
    const bobLeaves = await write(bob, remove(bob), byBob);
    const byAlice = await write(alice, setRole(carol, 'admin'), state);
    const there = { epoch: state.epoch + 1, previous: [byAlice.hash] };
    await log.append(byAlice);
    await log.append(await write(alice, remove(alice), there));

    expect(roles(await log.append(bobLeaves))).toEqual({ carol: 'admin' });
  });

  it('gives up what was granted by the same right, not by another that one had', async () => {
    const { state: begun } = await history([alice, add(bob)], [alice, add(carol, 'admin')]);
    const senior = await write(alice, setRole(bob, 'admin'), begun);
    const left = await write(bob, remove(bob), { epoch: 4, previous: [senior.hash] });
    const between = await write(carol, add(dave), begun);
    const promotes = { epoch: 4, previous: [between.hash] };
    const junior = await write(carol, setRole(bob, 'admin'), promotes);
    const granted = await write(bob, setRole(dave, 'admin'), { epoch: 5, previous: [junior.hash] });
    const log = newLog();
    const first = await log.append(await create());
    const second = await log.append(await write(alice, add(bob), first));
    await log.append(await write(alice, add(carol, 'admin'), second));

    for (const entry of [senior, left, between, junior]) await log.append(entry);
    const after = await log.append(granted);

    expect(roles(after)).toEqual({ alice: 'admin', carol: 'admin', dave: 'admin' });
  });
});
