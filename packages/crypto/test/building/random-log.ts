/** Logs without signatures, written at random by people who each saw a part. */
import fc from 'fast-check';
import { be32 } from '../../src/encoding/integers.ts';
import { toHex } from '../../src/encoding/hex.ts';
import { uuidFromBytes } from '../../src/encoding/uuid.ts';
import type { GroupEntry } from '../../src/log/group-entry.ts';
import { MergedLog } from '../../src/log/merged-log.ts';
import { chat, filled, refusal } from './builders.ts';

/** One attempt to write: who does what to whom, after which part of the log. */
export interface Step {
  author: number;
  subject: number;
  action: 'add' | 'add-admin' | 'remove' | 'promote' | 'demote';
  /** Each of the entries so far is unseen by the author where the bit of its number is set. */
  unseen: number;
}

export const step = (people: number): fc.Arbitrary<Step> =>
  fc.record({
    author: fc.nat(people - 1),
    subject: fc.nat(people - 1),
    action: fc.constantFrom('add', 'add-admin', 'remove', 'remove', 'promote', 'demote'),
    unseen: fc.oneof(
      fc.constant(0),
      fc.nat(0xffffff),
      fc.nat(0xff).map((bits) => bits << 4),
    ),
  });

export const user = (number: number): string => uuidFromBytes(filled(16, number + 1));

/** An entry and its hash, which here is no hash of it. */
export interface Unsigned {
  entry: GroupEntry;
  hash: Uint8Array;
}

/** What each kind of attempt writes. */
export const changes: Record<Step['action'], Pick<GroupEntry, 'action' | 'role'>> = {
  add: { action: 'add', role: 'member' },
  'add-admin': { action: 'add', role: 'admin' },
  remove: { action: 'remove', role: null },
  promote: { action: 'set-role', role: 'admin' },
  demote: { action: 'set-role', role: 'member' },
};

/** The same for the same place in the order of writing, and in no order of its own. */
function hashOf(number: number): Uint8Array {
  const hash = filled(32, 0);
  hash.set(be32(Math.imul(number + 1, 0x9e3779b1) >>> 0));
  return hash;
}

export const beginning: Unsigned = {
  entry: {
    groupId: chat,
    epoch: 1,
    previous: [filled(32, 1)],
    action: 'create',
    subject: user(0),
    role: 'admin',
    author: { userId: user(0), deviceId: chat },
  },
  hash: hashOf(0),
};

/** Takes an entry into a log as if its signature had been verified. */
export async function takeInto(log: MergedLog, { entry, hash }: Unsigned): Promise<void> {
  const parents = log.parentsOf(entry);
  await log.take(await log.place(entry, hash, parents), parents, 10_000);
}

/** A log of entries, each of which follows those before it. */
export async function logOf(entries: readonly Unsigned[]): Promise<MergedLog> {
  const log = new MergedLog();
  for (const item of entries) await takeInto(log, item);
  return log;
}

/** Where somebody writes who has seen these entries. */
export async function writeAfter(
  seen: readonly Unsigned[],
  author: number,
  change: Pick<GroupEntry, 'action' | 'role'>,
  subject: number,
  number: number,
): Promise<Unsigned | undefined> {
  const { heads } = await logOf(seen);
  if (heads.length > 8) return undefined;
  const entry: GroupEntry = {
    groupId: chat,
    epoch: 1 + Math.max(...heads.map((head) => head.entry.epoch)),
    previous: heads.map((head) => head.hash),
    subject: user(subject),
    author: { userId: user(author), deviceId: chat },
    ...change,
  };
  return { entry, hash: hashOf(number) };
}

/** The entries of those that their authors could write; the second to fourth user are admins at first. */
export async function written(steps: readonly Step[], admins = 3): Promise<Unsigned[]> {
  const entries = [beginning];
  const all: Step[] = Array.from({ length: admins }, (_, i) => ({
    author: 0,
    subject: i + 1,
    action: 'add-admin' as const,
    unseen: 0,
  }));
  for (const [number, { author, subject, action, unseen }] of [...all, ...steps].entries()) {
    const seen = downset(entries, (index) => index > 0 && ((unseen >>> (index % 24)) & 1) === 1);
    const item = await writeAfter(seen, author, changes[action], subject, number + 1);
    if (!item) continue;
    const log = await logOf(seen);
    if ((await refusal(() => takeInto(log, item))) === 'accepted') entries.push(item);
  }
  return entries;
}

/** The entries but for those that are left out and those that follow them. */
export function downset(
  entries: readonly Unsigned[],
  isLeftOut: (index: number) => boolean,
): Unsigned[] {
  const had = new Set<string>();
  return entries.filter(({ entry, hash }, index) => {
    const isIn =
      index === 0 ||
      (!isLeftOut(index) && entry.previous.every((previous) => had.has(toHex(previous))));
    if (isIn) had.add(toHex(hash));
    return isIn;
  });
}

/** Names of all that come before each entry. */
export function pasts(entries: readonly Unsigned[]): Map<string, Set<string>> {
  const past = new Map<string, Set<string>>();
  for (const { entry, hash } of entries) {
    const before = entry.previous.map(toHex);
    past.set(toHex(hash), new Set(before.flatMap((one) => [one, ...(past.get(one) ?? [])])));
  }
  return past;
}
