import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alicePhone, chat, filled, refusal } from '../../test/building/builders.ts';
import { membersByRules, type Roles } from '../../test/building/log-oracle.ts';
import {
  beginning,
  changes,
  downset,
  logOf,
  pasts,
  step,
  takeInto,
  user,
  writeAfter,
  written,
  type Unsigned,
} from '../../test/building/random-log.ts';
import { be32 } from '../encoding/integers.ts';
import { toHex } from '../encoding/hex.ts';
import { MergedLog } from './merged-log.ts';
import { adminsOf } from './permission.ts';
import { isCut, isOwnCut, type Members } from './placed-entry.ts';

const people = 6;
const steps = fc.array(step(people), { maxLength: 14 });
const name = ({ hash }: Unsigned): string => toHex(hash);

const rolesIn = (members: Members): Roles =>
  new Map([...members].map(([userId, { role, grant }]) => [userId, { role, grant: grant?.name }]));

const shown = (log: MergedLog) => ({
  members: rolesIn(log.present),
  admins: adminsOf(log.present),
  heads: log.heads.map((head) => head.name),
  epoch: toHex(log.epochHash),
  standing: log.standing,
});

/** The same entries in another order, each after those it follows. */
function reordered(entries: readonly Unsigned[], draw: () => number): Unsigned[] {
  const waiting = entries.slice(1);
  const inOrder = entries.slice(0, 1);
  const had = new Set(inOrder.map(name));
  while (waiting.length > 0) {
    const ready = waiting.filter(({ entry }) => entry.previous.every((one) => had.has(toHex(one))));
    const next = ready[draw() % ready.length];
    if (!next) throw new Error('nothing is ready');
    inOrder.push(next);
    had.add(name(next));
    waiting.splice(waiting.indexOf(next), 1);
  }
  return inOrder;
}

/** Whether somebody leaves or steps down beside other entries of his own, which no client does. */
function leavesBesideOthers(entries: readonly Unsigned[], userId?: string): boolean {
  const past = pasts(entries);
  const isBefore = (a: Unsigned, b: Unsigned) => past.get(name(b))?.has(name(a)) ?? false;
  return entries.some(
    (a) =>
      isOwnCut(a.entry) &&
      (userId === undefined || a.entry.subject === userId) &&
      entries.some(
        (b) =>
          a !== b &&
          a.entry.author.userId === b.entry.author.userId &&
          !isBefore(a, b) &&
          !isBefore(b, a),
      ),
  );
}

/** A log of entries, and what one who is out of it writes behind his removal. */
async function writtenBehind(
  all: Parameters<typeof written>[0],
  late: [number, Parameters<typeof written>[0][number]][],
  isSought: (entries: Unsigned[], userId: string) => boolean,
): Promise<{ before: MergedLog; after: MergedLog; userId: string } | undefined> {
  const entries = await written(all);
  const before = await logOf(entries);
  const author = Array.from({ length: people }, (_, i) => i).find(
    (i) => i > 0 && !before.present.has(user(i)) && isSought(entries, user(i)),
  );
  if (author === undefined) return undefined;
  const every = [...entries];
  const after = await logOf(entries);
  for (const [number, [unseen, { action, subject }]] of late.entries()) {
    const seen = downset(every, (index) => {
      const entry = every[index]?.entry;
      const removes = entry?.subject === user(author) && isCut(entry) && index < entries.length;
      return ((unseen >>> (index % 24)) & 1) === 1 || removes;
    });
    const item = await writeAfter(seen, author, changes[action], subject, 1_000 + number);
    if (item && (await refusal(() => takeInto(after, item))) === 'accepted') every.push(item);
  }
  return { before, after, userId: user(author) };
}

const lateSteps = fc.array(fc.tuple(fc.nat(0xffffff), step(people)), {
  minLength: 1,
  maxLength: 4,
});

describe('A merged log', { timeout: 120_000 }, () => {
  it('is the same in whatever order entries arrive, and what the rules say', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat(1_000)), async (all, draws) => {
        const entries = await written(all);
        const expected = shown(await logOf(entries));

        const other = await logOf(reordered(entries, () => draws.next().value ?? 0));

        expect(shown(other)).toEqual(expected);
        expect(expected.members).toEqual(membersByRules(entries));
      }),
      { numRuns: 200 },
    );
  });

  it('has an admin as long as it has members and nobody leaves beside other entries', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const entries = await written(all);
        const { present } = await logOf(entries);

        const hasAdmin = present.size === 0 || adminsOf(present).length > 0;
        expect(hasAdmin || leavesBesideOthers(entries)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is not changed by what one writes behind his removal by another', async () => {
    const tried: string[] = [];
    await fc.assert(
      fc.asyncProperty(steps, lateSteps, async (all, late) => {
        const found = await writtenBehind(
          all,
          late,
          (entries, userId) =>
            !entries.some(({ entry }) => isOwnCut(entry) && entry.subject === userId),
        );
        if (!found) return;
        tried.push(found.userId);
        expect(rolesIn(found.after.present)).toEqual(rolesIn(found.before.present));
      }),
      { numRuns: 500 },
    );
    expect(tried.length).toBeGreaterThan(20);
  });

  it('does not bring back one who left by what he writes behind his leaving', async () => {
    const tried: string[] = [];
    await fc.assert(
      fc.asyncProperty(steps, lateSteps, async (all, late) => {
        const found = await writtenBehind(all, late, (entries, userId) =>
          entries.some(({ entry }) => isOwnCut(entry) && entry.subject === userId),
        );
        if (!found) return;
        tried.push(found.userId);
        expect([...found.after.present.keys()]).not.toContain(found.userId);
      }),
      { numRuns: 500 },
    );
    expect(tried.length).toBeGreaterThan(20);
  });

  it('knows the members after each entry as if it had ended there', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const entries = await written(all);
        const log = await logOf(entries);
        const past = pasts(entries);
        const known = new Map<string, Roles>();
        for (const item of entries) {
          const until = entries.filter(
            (one) => one === item || (past.get(name(item))?.has(name(one)) ?? false),
          );

          const members = await log.membersAt(name(item));

          expect(members && rolesIn(members)).toEqual(membersByRules(until, known));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('Void entries', () => {
  const admin = (number: number) => ({ userId: user(number), deviceId: alicePhone });
  const numbered = (number: number): Uint8Array => {
    const hash = filled(32, 0x11);
    hash.set(be32(number));
    return hash;
  };
  const entryOf = (
    number: number,
    after: Unsigned,
    change: Pick<Unsigned['entry'], 'action' | 'role' | 'subject' | 'author'>,
  ): Unsigned => ({
    entry: { groupId: chat, epoch: after.entry.epoch + 1, previous: [after.hash], ...change },
    hash: numbered(number),
  });
  const grantAdmin = { action: 'add' as const, role: 'admin' as const };
  const promoted = entryOf(1, beginning, { ...grantAdmin, subject: user(1), author: admin(0) });

  /** A log in which the second admin was removed, and what he writes behind that, after each entry before. */
  async function withJunk(count: number) {
    const trunk = [beginning, promoted];
    for (let i = 0; i < count; i++) {
      const [action, role] = i % 2 ? (['remove', null] as const) : (['add', 'member'] as const);
      const last = trunk.at(-1) ?? beginning;
      const change = { action, role, subject: user(2), author: admin(0) };
      trunk.push(entryOf(10 + i, last, change));
    }
    const last = trunk.at(-1) ?? beginning;
    const remove = { action: 'remove' as const, role: null, subject: user(1), author: admin(0) };
    const removed = entryOf(2, last, remove);
    const junk = trunk.slice(1, -1).map((at, i) => {
      const isIn = i % 2 === 1;
      const change = isIn
        ? { action: 'remove' as const, role: null, subject: user(2) }
        : { ...grantAdmin, subject: user(9) };
      return entryOf(100_000 + i, at, { ...change, author: admin(1) });
    });
    return { trunk: [...trunk, removed], junk };
  }

  it('cost little, name no epoch, and leave room for those that stand', async () => {
    const { trunk, junk } = await withJunk(2_500);
    const log = await logOf(trunk);
    const before = shown(log);

    const started = performance.now();
    for (const item of junk) await takeInto(log, item);
    const passed = performance.now() - started;

    expect(junk.length).toBeGreaterThan(2_400);
    expect(shown(log)).toEqual(before);
    expect(passed).toBeLessThan(4_000);
  });

  it('fill no log: as many are taken as entries that stand, and those go on', async () => {
    const { trunk, junk } = await withJunk(3);
    const log = new MergedLog();
    const take = async (item: Unsigned) => {
      const parents = log.parentsOf(item.entry);
      await log.take(await log.place(item.entry, item.hash, parents), parents, 7);
    };
    for (const item of trunk) await take(item);
    const last = trunk.at(-1) ?? beginning;
    const [behind] = junk;
    if (!behind) throw new Error('no junk');
    for (let i = 0; i < 7; i++) await take({ ...behind, hash: numbered(500 + i) });

    expect(await refusal(() => take({ ...behind, hash: numbered(600) }))).toBe('too_large');
    const further = entryOf(700, last, { ...grantAdmin, subject: user(4), author: admin(0) });
    expect(await refusal(() => take(further))).toBe('accepted');
    const full = entryOf(701, further, { ...grantAdmin, subject: user(5), author: admin(0) });
    expect(await refusal(() => take(full))).toBe('too_large');
    expect(log.heads.map((head) => head.name)).toEqual([name(further)]);
    expect(log.standing).toBe(7);
    expect(adminsOf(log.present)).toEqual([user(0), user(4)]);
  });
});
