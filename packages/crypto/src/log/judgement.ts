/**
 * Which entries of a set stand, and who is a member then. A function of the set alone, not of the order of
 * arrival (`docs/encryption-groups.md`, the rules of the log).
 */
import { giveWay } from '../primitives/give-way.ts';
import type { EntryAncestry } from './entry-ancestry.ts';
import { isCut, isOwnCut, isRemoval, type Place, type PlacedEntry } from './placed-entry.ts';

/** Entries between two gifts of the thread. */
const entriesInOneSlice = 128;

type ByUser = Map<string, PlacedEntry[]>;

function listUnder(lists: ByUser, userId: string, item: PlacedEntry): void {
  const list = lists.get(userId);
  if (list) list.push(item);
  else lists.set(userId, [item]);
}

/** Entries, judged in rising order of their authors' rank: each depends on those of seniors alone. */
export class Judgement {
  readonly #ancestry: EntryAncestry;
  readonly #standing = new Set<PlacedEntry>();
  readonly #grants: ByUser = new Map();
  /** Cuts by others, in the lists of their subjects. */
  readonly #cuts: ByUser = new Map();
  /** Cuts of themselves. */
  readonly #ownCuts: ByUser = new Map();
  /** Those of them that are an admin's who had his right then. */
  readonly #resigned: ByUser = new Map();

  constructor(ancestry: EntryAncestry) {
    this.#ancestry = ancestry;
  }

  /** Judges entries, in the order of arrival, of which none follows one that is missing. */
  static async of(entries: readonly PlacedEntry[], ancestry: EntryAncestry): Promise<Judgement> {
    const judgement = new Judgement(ancestry);
    const inOrder = [...entries].sort((a, b) => {
      if (a.power !== b.power) return a.power < b.power ? -1 : 1;
      return Number(isOwnCut(b.entry)) - Number(isOwnCut(a.entry));
    });
    for (const [step, item] of inOrder.entries()) {
      if (step % entriesInOneSlice === entriesInOneSlice - 1) await giveWay();
      judgement.take(item);
    }
    return judgement;
  }

  /** The same, for a log whose ancestry is another. */
  clone(ancestry: EntryAncestry): Judgement {
    const copy = new Judgement(ancestry);
    for (const item of this.#standing) copy.#standing.add(item);
    for (const [from, to] of [
      [this.#grants, copy.#grants],
      [this.#cuts, copy.#cuts],
      [this.#ownCuts, copy.#ownCuts],
      [this.#resigned, copy.#resigned],
    ] as const) {
      for (const [userId, list] of from) to.set(userId, [...list]);
    }
    return copy;
  }

  /** Whether an entry stands. */
  stands(item: PlacedEntry): boolean {
    return this.#standing.has(item);
  }

  /** Everybody of whom a standing entry speaks. */
  users(): string[] {
    return [...this.#grants.keys()];
  }

  /** Whether one more entry stands, by the seniors' entries that are there. */
  wouldStand(item: PlacedEntry): boolean {
    const { support } = item;
    if (!support) return true;
    const supported = this.#isSupported(item, support);
    if (isOwnCut(item.entry)) return !supported || !this.#haveAllOthersLeft(item);
    return supported && !this.#isGivenUp(item, support);
  }

  /** Takes in one more entry. */
  take(item: PlacedEntry): void {
    if (!this.wouldStand(item)) return;
    const { entry, support } = item;
    if (support && isOwnCut(entry) && this.#isSupported(item, support)) {
      listUnder(this.#resigned, entry.subject, item);
    }
    this.#standing.add(item);
    const lists = isOwnCut(entry) ? this.#ownCuts : isCut(entry) ? this.#cuts : this.#grants;
    listUnder(lists, entry.subject, item);
  }

  /** What a user is, by the entries that stand. */
  placeOf(userId: string): Place | undefined {
    const grants = this.#grants.get(userId) ?? [];
    const cuts = [...(this.#cuts.get(userId) ?? []), ...(this.#ownCuts.get(userId) ?? [])];
    let isMember = false;
    let senior: PlacedEntry | undefined;
    for (const grant of grants) {
      const ends = cuts.filter((cut) => this.#ends(cut, grant));
      // Whom a cut has made a plain member, every admin may remove.
      const removed = cuts.some(
        (cut) =>
          isRemoval(cut.entry) &&
          (ends.includes(cut) ||
            ends.some((earlier) => this.#ancestry.precedes(earlier.index, cut.index))),
      );
      isMember ||= !removed;
      const isAdmin = grant.entry.role === 'admin' && ends.length === 0;
      if (isAdmin && (!senior || grant.rank < senior.rank)) senior = grant;
    }
    if (!isMember) return undefined;
    return { role: senior ? 'admin' : 'member', grant: senior };
  }

  /**
   * Whether a standing cut takes away what a grant gave its subject: not a grant that came later, not an
   * admin's role by a junior, and not a plain membership by a mere change of role.
   */
  #ends(cut: PlacedEntry, grant: PlacedEntry): boolean {
    if (this.#ancestry.precedes(cut.index, grant.index)) return false;
    if (grant.entry.role !== 'admin') return isRemoval(cut.entry);
    return isOwnCut(cut.entry) || cut.power < grant.rank;
  }

  /** Whether the author's right still held where he wrote, now that the seniors' cuts are known. */
  #isSupported({ index, entry }: PlacedEntry, support: PlacedEntry): boolean {
    if (!this.#standing.has(support)) return false;
    return !(this.#cuts.get(entry.author.userId) ?? []).some(
      (cut) => this.#ends(cut, support) && !this.#ancestry.precedes(index, cut.index),
    );
  }

  /**
   * Whether the author left or stepped down at the same time. What he granted meanwhile goes with him, and
   * what he took from other admins; removals of plain members stay.
   */
  #isGivenUp({ index, entry, ofAdmin }: PlacedEntry, support: PlacedEntry): boolean {
    if (isCut(entry) && !ofAdmin) return false;
    return (this.#resigned.get(entry.author.userId) ?? []).some(
      (cut) => cut.support === support && this.#ancestry.areConcurrent(cut.index, index),
    );
  }

  /** Whether all other admins, each senior, leave or step down at the same time as this one. */
  #haveAllOthersLeft({ index, otherAdmins, power }: PlacedEntry): boolean {
    return (
      otherAdmins.length > 0 &&
      otherAdmins.every((userId) =>
        (this.#resigned.get(userId) ?? []).some(
          (cut) => cut.power < power && this.#ancestry.areConcurrent(cut.index, index),
        ),
      )
    );
  }
}
