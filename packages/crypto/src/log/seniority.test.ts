import { describe, expect, it } from 'vitest';
import { alice, bob, refusal } from '../../test/building/builders.ts';
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

describe('The rank of an admin', () => {
  it('goes by the number of the epoch, not by how it is written', async () => {
    const toggles = Array.from(
      { length: 14 },
      (_, i) => [alice, i % 2 ? remove(carol) : add(carol)] as [string, ReturnType<typeof add>],
    );
    const { log, state } = await history([alice, add(bob, 'admin')], ...toggles, [
      alice,
      add(dave, 'admin'),
    ]);

    expect(state.epoch).toBe(17);
    expect(state.admins).toEqual([alice, bob, dave]);
    const byJunior = await write(dave, remove(bob), state);
    expect(await refusal(() => log.append(byJunior))).toBe('not_permitted');
    const bySenior = await write(bob, remove(dave), state);
    expect(await refusal(() => log.append(bySenior))).toBe('accepted');
  });

  it('holds against a junior who removes what he takes for a plain member', async () => {
    const { log, state } = await history([alice, add(carol)]);
    const promoted = await write(alice, setRole(carol, 'admin'), state);
    const first = await log.append(await write(alice, add(dave), state));
    const second = await log.append(await write(alice, add(bob, 'admin'), first));
    const removed = await write(bob, remove(carol), second);
    await log.append(removed);

    const after = await log.append(promoted);

    expect(roles(after)).toEqual({ alice: 'admin', bob: 'admin', carol: 'admin', dave: 'member' });
    expect(after.admins).toEqual([alice, carol, bob]);
    const other = newLog();
    const entries = [
      await create(),
      await write(alice, add(carol), await other.append(await create())),
    ];
    for (const entry of [...entries, promoted]) await other.append(entry);
    await other.append(await write(alice, add(dave), state));
    await other.append(await write(alice, add(bob, 'admin'), first));
    expect(await other.append(removed)).toEqual(after);
  });

  it('is lost by a demotion: then a junior may remove him, also where all is judged again', async () => {
    const { log, state } = await history(
      [alice, add(carol, 'admin')],
      [alice, add(bob, 'admin')],
      [alice, add(dave)],
    );
    const late = await write(alice, remove(dave), state);
    const demoted = await log.append(await write(alice, setRole(carol, 'member'), state));
    const removed = await log.append(await write(bob, remove(carol), demoted));
    expect(roles(removed)).toEqual({ alice: 'admin', bob: 'admin', dave: 'member' });

    expect(roles(await log.append(late))).toEqual({ alice: 'admin', bob: 'admin' });
  });

  it('is lost by one of two demotions that were written at once', async () => {
    const { log, state } = await history([alice, add(carol, 'admin')], [alice, add(bob, 'admin')]);
    const demoted = await log.append(await write(alice, setRole(carol, 'member'), state));
    await log.append(await write(bob, remove(carol), demoted));
    const side = await write(alice, add(dave), state);
    await log.append(side);
    const there = { epoch: state.epoch + 1, previous: [side.hash] };

    const after = await log.append(await write(alice, setRole(carol, 'member'), there));

    expect(after.heads).toHaveLength(2);
    expect(roles(after)).toEqual({ alice: 'admin', bob: 'admin', dave: 'member' });
  });
});

describe('What one writes who was removed', () => {
  it('leaves standing what the remover had seen of him', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const granted = await log.append(await write(bob, add(carol), state));
    const removed = await log.append(await write(alice, remove(bob), granted));
    expect(roles(removed)).toEqual({ alice: 'admin', carol: 'member' });

    const after = await log.append(await write(bob, remove(bob), state));

    expect(roles(after)).toEqual({ alice: 'admin', carol: 'member' });
  });

  it('brings in nobody, and whom he brings in can leave without harm', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    await log.append(await write(alice, remove(bob), state));
    const brought = await write(bob, add(carol), state);
    await log.append(brought);
    const there = { epoch: state.epoch + 1, previous: [brought.hash] };

    const after = await log.append(await write(carol, remove(carol), there));

    expect(roles(after)).toEqual({ alice: 'admin' });
  });

  it('stays without effect in a log that took in a batch meanwhile', async () => {
    const { log, state } = await history(
      [alice, add(bob, 'admin')],
      [bob, add(carol)],
      [alice, add(dave, 'admin')],
    );
    await log.append(await write(alice, remove(bob), state));
    const left = await log.append(await write(dave, remove(dave), state));
    await log.appendAll([]);

    for (const late of [
      await write(bob, setRole(carol, 'admin'), state),
      await write(bob, remove(carol), state),
      await write(dave, setRole(carol, 'admin'), state),
    ]) {
      expect(await log.append(late)).toEqual(left);
    }
    const renamed = await log.append(await write(alice, setRole(carol, 'admin'), left));
    expect(roles(renamed)).toEqual({ alice: 'admin', carol: 'admin' });
  });
});
