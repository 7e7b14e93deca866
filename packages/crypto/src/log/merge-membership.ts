/**
 * The members of a group after any set of entries, some of them written at the same time.
 *
 * The answer depends on the set alone, not on the order in which entries arrive ([Note: Removal wins]):
 * - A cut (a removal, or a change of role to member) always stands.
 * - A grant (create, add, a role) is void if its subject, or its author, was cut at the same time, or if
 *   the author owed the right to it to a grant that is void.
 * - A grant holds until a later cut of its subject.
 * So two admins who remove each other are both out, and one who was removed gains nothing by writing
 * behind an old entry as if the removal had not been.
 */
import { giveWay } from '../primitives/give-way.ts';
import type { EntryAncestry } from './entry-ancestry.ts';
import type { GroupEntry, GroupRole } from './group-entry.ts';

/** Roles by user id. */
export type Membership = Map<string, GroupRole>;

/** An entry of the set, by its index in the ancestry. */
export interface IndexedEntry {
  index: number;
  entry: GroupEntry;
}

function isRemoval({ action }: GroupEntry): boolean {
  return action === 'remove';
}

/** Whether an entry takes rights away: it removes its subject or makes it a plain member. */
function isCut(entry: GroupEntry): boolean {
  return isRemoval(entry) || (entry.action === 'set-role' && entry.role === 'member');
}

const bringsIn = ({ action }: GroupEntry): boolean => action === 'create' || action === 'add';

/** Adds to the list of a user. */
function listUnder(lists: Map<string, IndexedEntry[]>, userId: string, item: IndexedEntry): void {
  const list = lists.get(userId);
  if (list) list.push(item);
  else lists.set(userId, [item]);
}

/** Grants between two gifts of the thread; each looks at the grants and cuts of two users. */
const grantsInOneSlice = 32;

/** Merges entries that stand in an order in which none comes before one that it follows. */
export async function mergeMembership(
  entries: readonly IndexedEntry[],
  ancestry: EntryAncestry,
): Promise<Membership> {
  const cuts = new Map<string, IndexedEntry[]>();
  for (const item of entries) if (isCut(item.entry)) listUnder(cuts, item.entry.subject, item);
  const cutsOf = (userId: string): IndexedEntry[] => cuts.get(userId) ?? [];
  const grants = new Map<string, IndexedEntry[]>();

  const cutAtOnce = (userId: string, { index }: IndexedEntry, removalOnly: boolean): boolean =>
    cutsOf(userId).some(
      (cut) => (!removalOnly || isRemoval(cut.entry)) && ancestry.areConcurrent(cut.index, index),
    );
  /** Whether a grant of the admin role to the author still held where this entry was written. */
  const isSupported = ({ index, entry }: IndexedEntry): boolean =>
    entry.action === 'create' ||
    (grants.get(entry.author.userId) ?? []).some(
      (grant) =>
        grant.entry.role === 'admin' &&
        ancestry.precedes(grant.index, index) &&
        !cutAtOnce(entry.author.userId, grant, false) &&
        !cutsOf(entry.author.userId).some(
          (cut) => ancestry.precedes(grant.index, cut.index) && ancestry.precedes(cut.index, index),
        ),
    );

  for (const [step, item] of entries.filter(({ entry }) => !isCut(entry)).entries()) {
    if (step % grantsInOneSlice === 0) await giveWay();
    const { subject, author } = item.entry;
    const isVoid =
      cutAtOnce(subject, item, true) || cutAtOnce(author.userId, item, false) || !isSupported(item);
    if (!isVoid) listUnder(grants, subject, item);
  }

  const members: Membership = new Map();
  for (const [userId, own] of grants) {
    const holds = (grant: IndexedEntry, removalOnly: boolean): boolean =>
      !cutsOf(userId).some(
        (cut) =>
          (!removalOnly || isRemoval(cut.entry)) &&
          (ancestry.precedes(grant.index, cut.index) ||
            (!removalOnly && ancestry.areConcurrent(grant.index, cut.index))),
      );
    if (!own.some((grant) => bringsIn(grant.entry) && holds(grant, true))) continue;
    const admin = own.some((grant) => grant.entry.role === 'admin' && holds(grant, false));
    members.set(userId, admin ? 'admin' : 'member');
  }
  return members;
}
