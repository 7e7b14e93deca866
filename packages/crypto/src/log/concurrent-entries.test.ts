import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alice, bob, refusal } from '../../test/building/builders.ts';
import {
  add,
  carol,
  create,
  dave,
  history,
  newLog,
  people,
  remove,
  roles,
  setRole,
  withDeviceKeys,
  write,
  type Change,
} from '../../test/building/group-history.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { fromHex, toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { sha256 } from '../primitives/sha2.ts';
import { parseGroupEntry, type GroupEntry } from './group-entry.ts';
import { type GroupLog, type GroupState } from './group-log.ts';
import type { SignedGroupEntry } from './sign-group-entry.ts';

withDeviceKeys();

describe('Entries written at the same time', () => {
  const noHash = new Uint8Array(32);

  /** Appends entries that were all written in one state. */
  async function atOnce(
    before: [string, Change][],
    concurrent: [string, Change][],
  ): Promise<{ log: GroupLog; state: GroupState }> {
    const { log, state } = await history(...before);
    const entries = await Promise.all(concurrent.map(([a, change]) => write(a, change, state)));
    for (const entry of entries) await log.append(entry);
    return { log, state: await log.state() };
  }
  const admins: [string, Change][] = [
    [alice, add(bob, 'admin')],
    [alice, add(carol)],
  ];

  it('let a removal win over whatever else is said of its subject', async () => {
    const promoted = await atOnce(admins, [
      [alice, setRole(carol, 'admin')],
      [bob, remove(carol)],
    ]);
    expect(roles(promoted.state)).toEqual({ alice: 'admin', bob: 'admin' });

    const { log, state } = await history([alice, add(bob, 'admin')]);
    const first = await write(alice, add(carol), state);
    await log.append(await write(bob, add(carol, 'admin'), state));
    const branch = { epoch: state.epoch + 1, previous: [first.hash] };
    await log.append(first);
    await log.append(await write(alice, remove(carol), branch));
    expect(roles(await log.state())).toEqual({ alice: 'admin', bob: 'admin' });
  });

  it('leave the senior of two admins who try to remove each other', async () => {
    const { log, state } = await history(...admins);
    const bySenior = await write(alice, remove(bob), state);
    const byJunior = await write(bob, remove(alice), state);

    await log.append(bySenior);

    expect(await refusal(() => log.append(byJunior))).toBe('not_permitted');
    const demotes = await write(bob, setRole(alice, 'member'), state);
    expect(await refusal(() => log.append(demotes))).toBe('not_permitted');
    expect(roles(await log.state())).toEqual({ alice: 'admin', carol: 'member' });
  });

  it('keep an admin: the last one cannot leave, and of two who leave at once the senior may', async () => {
    const { log, state } = await history([alice, add(carol)]);
    for (const change of [remove(alice), setRole(alice, 'member')]) {
      const entry = await write(alice, change, state);
      expect(await refusal(() => log.append(entry))).toBe('not_permitted');
    }
    const alone = await history();
    const demoted = await write(alice, setRole(alice, 'member'), alone.state);
    expect(await refusal(() => alone.log.append(demoted))).toBe('not_permitted');
    const after = await alone.log.append(await write(alice, remove(alice), alone.state));
    expect([...after.members]).toEqual([]);

    const { state: both } = await atOnce(admins, [
      [alice, remove(alice)],
      [bob, setRole(bob, 'member')],
    ]);
    expect(roles(both)).toEqual({ bob: 'admin', carol: 'member' });
    expect(both.admins).toEqual([bob]);
  });

  it('let nobody who was removed take others out behind an old entry', async () => {
    const { log, state: old } = await history(...admins, [alice, add(dave)]);
    let state = await log.append(await write(alice, remove(bob), old));
    for (const change of [add(bob), remove(bob), add(bob), remove(bob)]) {
      state = await log.append(await write(alice, change, state));
    }
    const late = [remove(carol), remove(dave), setRole(carol, 'admin')];
    for (const change of late) {
      expect((await log.append(await write(bob, change, old))).members).toEqual(state.members);
    }
    const after = await log.state();
    expect(after).toEqual(state);
    expect(roles(after)).toEqual({ alice: 'admin', carol: 'member', dave: 'member' });
  });

  it('void what one who leaves writes beside it, but for removals of plain members', async () => {
    const { log, state } = await history(
      [alice, add(bob, 'admin')],
      [bob, add(carol)],
      [bob, add(dave, 'admin')],
    );
    await log.append(await write(bob, remove(bob), state));
    await log.append(await write(bob, remove(carol), state));
    await log.append(await write(bob, remove(dave), state));

    expect(roles(await log.state())).toEqual({ alice: 'admin', dave: 'admin' });
  });

  it('give a removed admin nothing for writing behind an old entry', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    await log.append(await write(alice, remove(bob), state));
    const dated = await log.append(await write(bob, add(dave, 'admin'), state));
    expect(roles(dated)).toEqual({ alice: 'admin' });

    const branch = await write(bob, add(dave, 'admin'), state);
    const deeper = { epoch: state.epoch + 1, previous: [branch.hash] };
    const further = await log.append(await write(dave, add(carol, 'admin'), deeper));
    expect(roles(further)).toEqual({ alice: 'admin' });
  });

  it('let a demotion win over a promotion, and void what the demoted granted meanwhile', async () => {
    const { state } = await atOnce(admins, [
      [alice, setRole(bob, 'member')],
      [bob, add(dave)],
      [bob, setRole(carol, 'admin')],
    ]);
    expect(roles(state)).toEqual({ alice: 'admin', bob: 'member', carol: 'member' });
  });

  it('leave what was granted before standing', async () => {
    const { state } = await atOnce(
      [...admins, [bob, setRole(carol, 'admin')]],
      [
        [carol, add(dave)],
        [bob, setRole(bob, 'member')],
      ],
    );
    expect(roles(state)).toEqual({ alice: 'admin', bob: 'member', carol: 'admin', dave: 'member' });
  });

  it('bring back one who was removed and is demoted meanwhile, as a member', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')], [alice, add(carol, 'admin')]);
    const out = await write(alice, remove(carol), state);
    await log.append(out);
    await log.append(await write(bob, setRole(carol, 'member'), state));
    const branch = { epoch: state.epoch + 1, previous: [out.hash] };

    const after = await log.append(await write(alice, add(carol, 'admin'), branch));

    expect(roles(after)).toEqual({ alice: 'admin', bob: 'admin', carol: 'member' });
  });

  it('give nothing to whom a member, or an admin of earlier or later, admits', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const out = await log.append(await write(alice, setRole(bob, 'member'), state));
    const branch = await write(alice, add(dave), state);
    const both = await log.append(branch);
    const late = await write(bob, add(carol), both);
    expect(await refusal(() => log.append(late))).toBe('not_permitted');
    expect(await refusal(() => write(bob, add(carol), out).then((e) => log.append(e)))).toBe(
      'not_permitted',
    );
    expect(roles(await log.state())).toEqual({ alice: 'admin', bob: 'member', dave: 'member' });
  });

  it('make an epoch that is named after all of them, in rising order', async () => {
    const { log, state } = await atOnce(admins, [
      [alice, add(dave)],
      [bob, remove(carol)],
    ]);
    const [one = noHash, two = noHash] = state.heads;
    const further = await log.append(
      await write(alice, setRole(bob, 'member'), { epoch: state.epoch, previous: [one] }),
    );

    expect(state.epoch).toBe(4);
    expect(further.epoch).toBe(5);
    expect(further.heads).toHaveLength(2);
    expect(toHex(one) < toHex(two)).toBe(true);
    const framed = concatBytes(
      Uint8Array.of(0, 0, 0, 20),
      utf8('sotto/v1/group-heads'),
      fromHex('0000000200000020'),
      one,
      fromHex('00000020'),
      two,
    );
    expect(state.epochHash).toEqual(await sha256(framed));
  });

  it('are joined by the next entry, after which the removed can be added again', async () => {
    const { log, state } = await atOnce(admins, [
      [alice, add(dave)],
      [bob, remove(carol)],
    ]);
    expect(state.heads.length).toBe(2);
    expect(await log.knowsEpoch(state.epochHash)).toBe(true);

    const joined = await log.append(await write(alice, add(carol, 'admin'), state));

    expect(joined.heads.length).toBe(1);
    expect(roles(joined)).toEqual({
      alice: 'admin',
      bob: 'admin',
      carol: 'admin',
      dave: 'member',
    });
  });

  it(
    'merge alike in whatever order they arrive, over random histories',
    { timeout: 60_000 },
    async () => {
      const step = fc.record({
        author: fc.nat(3),
        subject: fc.nat(3),
        action: fc.constantFrom('add', 'add-admin', 'remove', 'promote', 'demote'),
        behind: fc.nat(5),
        join: fc.boolean(),
      });
      const changes: Record<string, (subject: string) => Change> = {
        add,
        'add-admin': (subject) => add(subject, 'admin'),
        remove,
        promote: (subject) => setRole(subject, 'admin'),
        demote: (subject) => setRole(subject, 'member'),
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 14 }),
          fc.infiniteStream(fc.nat(1_000)),
          async (steps, draws) => {
            const log = newLog();
            const entries = [await create()];
            const states: GroupState[] = [];
            for (const entry of entries) states.push(await log.append(entry));
            for (const change of [add(bob, 'admin'), add(carol, 'admin'), add(dave)]) {
              const entry = await write(alice, change, states.at(-1) ?? { epoch: 1, previous: [] });
              entries.push(entry);
              states.push(await log.append(entry));
            }
            for (const { author, subject, action, behind, join } of steps) {
              const from = join
                ? await log.state()
                : states[Math.max(0, states.length - 1 - behind)];
              const change = changes[action]?.(people[subject] ?? alice);
              if (!from || !change) continue;
              const previous = join ? from.previous : from.previous.slice(0, 1);
              const epoch = join ? from.epoch : epochOf(entries, previous);
              const entry = await write(people[author] ?? alice, change, { previous, epoch });
              if ((await refusal(() => log.append(entry))) !== 'accepted') continue;
              if (!entries.some(({ hash }) => toHex(hash) === toHex(entry.hash)))
                entries.push(entry);
              states.push({ ...(await log.state()), previous: [entry.hash] });
            }
            const expected = await log.state();

            const waiting = [...entries];
            const shuffled = newLog();
            const had = new Set<string>();
            while (waiting.length > 0) {
              const ready = waiting.filter(({ body }) => isReady(parseGroupEntry(body), had));
              const next = ready[(draws.next().value ?? 0) % ready.length];
              if (!next) throw new Error('nothing is ready');
              await shuffled.append(next);
              had.add(toHex(next.hash));
              waiting.splice(waiting.indexOf(next), 1);
            }

            expect(await shuffled.state()).toEqual(expected);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  const isReady = ({ action, previous }: GroupEntry, had: ReadonlySet<string>): boolean =>
    action === 'create' || previous.every((hash) => had.has(toHex(hash)));

  function epochOf(entries: SignedGroupEntry[], heads: Uint8Array[]): number {
    const named = new Set(heads.map(toHex));
    return Math.max(
      ...entries
        .filter(({ hash }) => named.has(toHex(hash)))
        .map(({ body }) => parseGroupEntry(body).epoch),
    );
  }
});
