import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  damageNotRefused,
  filled,
  offsetView,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { toHex } from '../encoding/hex.ts';
import { uuidFromBytes } from '../encoding/uuid.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import { parseGroupEntry, type GroupEntry, type GroupRole } from './group-entry.ts';
import { GroupLog, verifyGroupLog, type GroupState } from './group-log.ts';
import { signGroupEntry, type SignedGroupEntry } from './sign-group-entry.ts';

const carol = uuidFromBytes(filled(16, 0xca));
const dave = uuidFromBytes(filled(16, 0xda));
const people = [alice, bob, carol, dave];
const devices = new Map([
  [alice, alicePhone],
  [bob, bobLaptop],
  [carol, uuidFromBytes(filled(16, 0xc1))],
  [dave, uuidFromBytes(filled(16, 0xd1))],
]);
const keys = new Map<string, IdentityKeyPair>();

beforeAll(async () => {
  for (const [index, deviceId] of [...devices.values()].entries()) {
    keys.set(deviceId, await generateIdentityKeyPair({ random: seededRandom(11 + 2 * index) }));
  }
});

const deviceOf = (userId: string): string => devices.get(userId) ?? '';
const findDeviceKey = ({ userId, deviceId }: { userId: string; deviceId: string }) =>
  deviceOf(userId) === deviceId ? keys.get(deviceId)?.publicKey : undefined;
const newLog = (groupId = chat) => new GroupLog(groupId, findDeviceKey);

type Change = Pick<GroupEntry, 'action' | 'subject' | 'role'>;
const add = (subject: string, role: GroupRole = 'member'): Change => ({
  action: 'add',
  subject,
  role,
});
const remove = (subject: string): Change => ({ action: 'remove', subject, role: null });
const setRole = (subject: string, role: GroupRole): Change => ({
  action: 'set-role',
  subject,
  role,
});

function write(
  author: string,
  change: Change,
  at: Pick<GroupState, 'epoch' | 'heads'>,
  more: Partial<GroupEntry> = {},
): Promise<SignedGroupEntry> {
  const deviceId = deviceOf(author);
  const entry = {
    groupId: chat,
    epoch: at.epoch + 1,
    previous: at.heads,
    author: { userId: author, deviceId },
    ...change,
    ...more,
  };
  return signGroupEntry({ entry, identitySeed: keys.get(deviceId)?.seed ?? filled(32, 0) });
}

const nowhere = { epoch: 0, heads: [] };
const create = (author = alice) =>
  write(author, { action: 'create', subject: author, role: 'admin' }, nowhere);

const roles = ({ members }: GroupState) =>
  Object.fromEntries(
    people.flatMap((userId) => {
      const role = members.get(userId);
      return role ? [[['alice', 'bob', 'carol', 'dave'][people.indexOf(userId)], role]] : [];
    }),
  );

/** A log in which each step follows the one before. */
async function history(
  ...steps: [string, Change][]
): Promise<{ log: GroupLog; state: GroupState }> {
  const log = newLog();
  let state = await log.append(await create());
  for (const [author, change] of steps) {
    state = await log.append(await write(author, change, state));
  }
  return { log, state };
}

describe('A group log', () => {
  it('follows additions, removals, roles and leaving', async () => {
    const { log, state } = await history(
      [alice, add(bob, 'admin')],
      [bob, add(carol)],
      [alice, add(dave)],
      [alice, setRole(carol, 'admin')],
      [bob, setRole(bob, 'member')],
      [dave, remove(dave)],
      [carol, remove(alice)],
    );

    expect(roles(state)).toEqual({ bob: 'member', carol: 'admin' });
    expect(state.epoch).toBe(8);
    expect(state.heads).toEqual([state.epochHash]);
    expect(await log.knowsEpoch(state.epochHash)).toBe(true);
    expect(await log.knowsEpoch(filled(32, 1))).toBe(false);
  });

  it('refuses what the author may not do in the state before the entry', async () => {
    const { log, state } = await history([alice, add(bob)], [alice, add(carol, 'admin')]);
    const wrong: [string, string, Change][] = [
      ['a member adds', bob, add(dave)],
      ['a member removes', bob, remove(alice)],
      ['a member promotes itself', bob, setRole(bob, 'admin')],
      ['a stranger adds itself', dave, add(dave, 'admin')],
      ['a stranger leaves', dave, remove(dave)],
      ['one is added twice', alice, add(bob)],
      ['a stranger is removed', alice, remove(dave)],
      ['a stranger is promoted', alice, setRole(dave, 'admin')],
      ['a role does not change', alice, setRole(carol, 'admin')],
    ];
    for (const [what, author, change] of wrong) {
      const entry = await write(author, change, state);
      expect([what, await refusal(() => log.append(entry))]).toEqual([what, 'not_permitted']);
    }
    expect(await log.state()).toEqual(state);

    const after = await log.append(await write(alice, remove(carol), state));
    const late = await write(carol, add(dave), after);
    expect(await refusal(() => log.append(late))).toBe('not_permitted');
    const demoted = await log.append(await write(alice, setRole(alice, 'member'), after));
    const byDemoted = await write(alice, add(dave), demoted);
    expect(await refusal(() => log.append(byDemoted))).toBe('not_permitted');
  });

  it('refuses another group, a gap, an unknown entry before, a second beginning', async () => {
    const { log, state } = await history([alice, add(bob)]);
    const unknown = [filled(32, 9)];
    const wrong: [string, SignedGroupEntry][] = [
      ['another group', await write(alice, add(carol), state, { groupId: otherChat })],
      ['a gap', await write(alice, add(carol), { ...state, epoch: 5 })],
      ['unknown before', await write(alice, add(carol), { ...state, heads: unknown })],
      ['a second beginning', await create(bob)],
    ];
    for (const [what, entry] of wrong) {
      expect([what, await refusal(() => log.append(entry))]).toEqual([what, 'chain_broken']);
    }
    const orphan = await write(alice, add(carol), state);
    expect(await refusal(() => newLog().append(orphan))).toBe('chain_broken');
    expect(await refusal(() => newLog().state())).toBe('chain_broken');
    const both = [state.heads[0] ?? filled(32, 0), (await create()).hash];
    const sorted = both.sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
    const withAncestor = await write(alice, add(carol), { ...state, heads: sorted });
    expect(await refusal(() => log.append(withAncestor))).toBe('chain_broken');
  });

  it('refuses other signers, and every byte flipped, cut or added', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const { body, signature, hash } = await write(bob, add(carol), state);
    const append = (part: Partial<SignedGroupEntry>) => log.append({ body, signature, ...part });
    const asAlice = await signLabelled({
      seed: keys.get(alicePhone)?.seed ?? filled(32, 0),
      label: 'group-entry',
      fields: [body],
    });
    expect(await refusal(() => append({ signature: asAlice }))).toBe('bad_signature');
    const foreign = await write(bob, add(carol), state, {
      author: { userId: bob, deviceId: alicePhone },
    });
    expect(await refusal(() => log.append(foreign))).toBe('bad_key');
    expect(
      await damageNotRefused(signature, (copy) => append({ signature: copy }), 'bad_signature'),
    ).toEqual([]);
    const codes = new Set<string>();
    for (let i = 0; i < body.length; i++) {
      const copy = Uint8Array.from(body);
      copy[i] = (copy[i] ?? 0) ^ (1 << (i % 8));
      codes.add(await refusal(() => append({ body: copy })));
      codes.add(await refusal(() => append({ body: body.slice(0, i) })));
    }
    expect([...codes].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'bad_encoding',
      'bad_key',
      'bad_signature',
      'chain_broken',
    ]);
    const after = await log.append({ body: offsetView(body), signature: offsetView(signature) });
    expect(after.epochHash).toEqual(hash);
    expect(await append({})).toEqual(after);
  });

  it('is not made of malformed entries', async () => {
    const { state } = await history();
    const wrong: Partial<GroupEntry>[] = [
      { epoch: 0 },
      { epoch: 1 },
      { role: null },
      { action: 'remove', role: 'member' },
      { action: 'create' },
      { previous: [] },
      { previous: Array.from({ length: 9 }, (_, i) => filled(32, i + 1)) },
      { previous: [filled(32, 2), filled(32, 1)] },
      { previous: [filled(32, 1), filled(32, 1)] },
      { subject: alice.toUpperCase() },
    ];
    for (const part of wrong) {
      expect([part, await refusal(() => write(alice, add(bob), state, part))]).toEqual([
        part,
        'bad_encoding',
      ]);
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 160 }), async (bytes) => {
        expect(await refusal(() => parseGroupEntry(bytes))).toBe('bad_encoding');
      }),
    );
  });
});

describe('Entries written at the same time', () => {
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
    const branch = { epoch: state.epoch + 1, heads: [first.hash] };
    await log.append(first);
    await log.append(await write(alice, remove(carol), branch));
    expect(roles(await log.state())).toEqual({ alice: 'admin', bob: 'admin' });
  });

  it('let two admins remove each other: both are out', async () => {
    const { state } = await atOnce(admins, [
      [alice, remove(bob)],
      [bob, remove(alice)],
    ]);
    expect(roles(state)).toEqual({ carol: 'member' });
  });

  it('give a removed admin nothing for writing behind an old entry', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    await log.append(await write(alice, remove(bob), state));
    const dated = await log.append(await write(bob, add(dave, 'admin'), state));
    expect(roles(dated)).toEqual({ alice: 'admin' });

    const branch = await write(bob, add(dave, 'admin'), state);
    const deeper = { epoch: state.epoch + 1, heads: [branch.hash] };
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
            const states = [await log.append(await create())];
            const entries = [await create()];
            const everRemoved = new Set<string>();
            for (const { author, subject, action, behind, join } of steps) {
              const from = join
                ? await log.state()
                : states[Math.max(0, states.length - 1 - behind)];
              const change = changes[action]?.(people[subject] ?? alice);
              if (!from || !change) continue;
              const at = join ? from : { epoch: from.epoch, heads: from.heads.slice(0, 1) };
              const epoch = join ? from.epoch : epochOf(entries, at.heads);
              const entry = await write(people[author] ?? alice, change, { ...at, epoch });
              if ((await refusal(() => log.append(entry))) !== 'accepted') continue;
              if (action === 'remove') everRemoved.add(change.subject);
              if (!entries.some(({ hash }) => toHex(hash) === toHex(entry.hash)))
                entries.push(entry);
              states.push({ ...(await log.state()), heads: [entry.hash] });
            }
            const expected = await log.state();

            const waiting = [...entries];
            const shuffled = newLog();
            const had = new Set<string>();
            while (waiting.length > 0) {
              const ready = waiting.filter(({ body }) =>
                parseGroupEntry(body).previous.every((hash) => had.has(toHex(hash))),
              );
              const next = ready[(draws.next().value ?? 0) % ready.length];
              if (!next) throw new Error('nothing is ready');
              await shuffled.append(next);
              had.add(toHex(next.hash));
              waiting.splice(waiting.indexOf(next), 1);
            }

            expect(await shuffled.state()).toEqual(expected);
            expect(roles(expected)).toEqual(oracle(entries));
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  function epochOf(entries: SignedGroupEntry[], heads: Uint8Array[]): number {
    const named = new Set(heads.map(toHex));
    return Math.max(
      ...entries
        .filter(({ hash }) => named.has(toHex(hash)))
        .map(({ body }) => parseGroupEntry(body).epoch),
    );
  }

  /** The rules once more, over sets of hashes and without any of the log's own machinery. */
  function oracle(signed: SignedGroupEntry[]): Record<string, GroupRole> {
    const past = new Map<string, Set<string>>();
    const all = signed.map(({ body, hash }) => {
      const entry = parseGroupEntry(body);
      const id = toHex(hash);
      const before = entry.previous.map(toHex);
      past.set(id, new Set(before.flatMap((one) => [one, ...(past.get(one) ?? [])])));
      return { id, ...entry };
    });
    type One = (typeof all)[number];
    const before = (a: One, b: One) => past.get(b.id)?.has(a.id) ?? false;
    const apart = (a: One, b: One) => a !== b && !before(a, b) && !before(b, a);
    const cuts = all.filter(
      ({ action, role }) => action === 'remove' || (action === 'set-role' && role === 'member'),
    );
    const stands = new Map<One, boolean>();
    const isAdminGrant = (grant: One, userId: string, at?: One): boolean =>
      grant.subject === userId &&
      grant.role === 'admin' &&
      stands.get(grant) === true &&
      (!at || before(grant, at)) &&
      !cuts.some(
        (cut) =>
          cut.subject === userId &&
          (apart(cut, grant) || (before(grant, cut) && (!at || before(cut, at)))),
      );
    for (const one of all) {
      if (cuts.includes(one)) continue;
      const cutMeanwhile = cuts.some(
        (cut) =>
          apart(cut, one) &&
          (cut.subject === one.author.userId ||
            (cut.subject === one.subject && cut.action === 'remove')),
      );
      const mayGrant =
        one.action === 'create' || all.some((grant) => isAdminGrant(grant, one.author.userId, one));
      stands.set(one, !cutMeanwhile && mayGrant);
    }
    const members = people.flatMap((userId, index): [string, GroupRole][] => {
      const isMember = all.some(
        (one) =>
          one.subject === userId &&
          (one.action === 'add' || one.action === 'create') &&
          stands.get(one) === true &&
          !cuts.some(
            (cut) => cut.action === 'remove' && cut.subject === userId && before(one, cut),
          ),
      );
      const name = ['alice', 'bob', 'carol', 'dave'][index] ?? '';
      if (!isMember) return [];
      return [[name, all.some((one) => isAdminGrant(one, userId)) ? 'admin' : 'member']];
    });
    return Object.fromEntries(members);
  }
});

describe('A long log', () => {
  it('verifies, and gives the thread back meanwhile', async () => {
    const steps: [string, Change][] = Array.from({ length: 60 }, (_, i) => [
      alice,
      i % 2 === 0 ? add(bob) : remove(bob),
    ]);
    const { state } = await history(...steps);
    const entries: SignedGroupEntry[] = [await create()];
    let at = { epoch: 1, heads: [entries[0]?.hash ?? filled(32, 0)] };
    for (const [author, change] of steps) {
      const entry = await write(author, change, at);
      entries.push(entry);
      at = { epoch: at.epoch + 1, heads: [entry.hash] };
    }

    const log = await verifyGroupLog({ groupId: chat, entries, findDeviceKey });

    expect(await log.state()).toEqual(state);
    const late = await write(alice, add(carol), {
      epoch: 1,
      heads: [entries[0]?.hash ?? filled(32, 0)],
    });
    expect(roles(await log.append(late))).toEqual({ alice: 'admin', carol: 'member' });
  });
});
