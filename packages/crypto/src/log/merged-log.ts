import { frame } from '../encoding/frame.ts';
import { toHex } from '../encoding/hex.ts';
import { CryptoError } from '../errors.ts';
import { sha256 } from '../primitives/sha2.ts';
import { EntryAncestry, hasBit } from './entry-ancestry.ts';
import type { GroupEntry } from './group-entry.ts';
import { Judgement } from './judgement.ts';
import { adminsOf, isPermitted } from './permission.ts';
import {
  isCut,
  isOwnCut,
  rankOf,
  type Members,
  type Place,
  type PlacedEntry,
} from './placed-entry.ts';

/** Entries between two states that are kept; those between are made again from the one before. */
const keptEvery = 64;
/** States that are kept. */
const mostStates = 256;
/** Names of merged epochs that are kept. */
const mostEpochs = 1024;

const nobody: Members = new Map();

/** The place of its subject after an entry that follows everything the state came from. */
function placeAfter(item: PlacedEntry): Place | undefined {
  const { role } = item.entry;
  if (role === null) return undefined;
  return { role, grant: role === 'admin' ? item : undefined };
}

/** Entries that are known to be signed, their order, who stands by them, and the epochs they name. */
export class MergedLog {
  #ancestry = new EntryAncestry();
  #entries: PlacedEntry[] = [];
  #byName = new Map<string, PlacedEntry>();
  #judgement = new Judgement(this.#ancestry);
  #voids = 0;
  /** Changed in place, so that no state is copied for each entry. */
  #present = new Map<string, Place>();
  #epoch: Epoch = { heads: [], hash: new Uint8Array(0) };
  /** States after single entries. */
  #states = new Map<string, Members>();
  /** States after several entries, by their names. */
  #merged = new Map<string, Members>();
  /** The newest entries of each merged epoch. */
  #epochs = new Map<string, readonly PlacedEntry[]>();

  /** The same log, to which entries can be added without changing this one. */
  clone(): MergedLog {
    const copy = new MergedLog();
    copy.#ancestry = this.#ancestry.clone();
    copy.#entries = [...this.#entries];
    copy.#byName = new Map(this.#byName);
    copy.#judgement = this.#judgement.clone(copy.#ancestry);
    copy.#voids = this.#voids;
    copy.#present = new Map(this.#present);
    copy.#epoch = this.#epoch;
    copy.#states = new Map(this.#states);
    copy.#merged = new Map(this.#merged);
    copy.#epochs = new Map(this.#epochs);
    return copy;
  }

  /** Number of entries that stand. */
  get standing(): number {
    return this.#entries.length - this.#voids;
  }

  /** The members now. */
  get present(): Members {
    return this.#present;
  }

  /** The newest of the entries that stand, by hash. */
  get heads(): readonly PlacedEntry[] {
    return this.#epoch.heads;
  }

  get epochHash(): Uint8Array {
    return this.#epoch.hash;
  }

  find(name: string): PlacedEntry | undefined {
    return this.#byName.get(name);
  }

  /** The entries that another follows; `chain_broken` for unknown ones, or where one follows another. */
  parentsOf(entry: GroupEntry): PlacedEntry[] {
    const before = entry.action === 'create' ? [] : entry.previous;
    const parents = before.map((hash) => {
      const parent = this.#byName.get(toHex(hash));
      if (!parent) throw new CryptoError('chain_broken');
      return parent;
    });
    const highest = Math.max(0, ...parents.map((parent) => parent.entry.epoch));
    const redundant = parents.some((a) =>
      parents.some((b) => this.#ancestry.precedes(a.index, b.index)),
    );
    if (entry.epoch !== highest + 1 || redundant) throw new CryptoError('chain_broken');
    return parents;
  }

  /** What an entry is after its parents; `not_permitted` for what its author could not do there. */
  async place(entry: GroupEntry, hash: Uint8Array, parents: PlacedEntry[]): Promise<PlacedEntry> {
    const before = await this.#membersAfter(parents);
    if (!isPermitted(entry, before)) throw new CryptoError('not_permitted');
    const name = toHex(hash);
    const author = entry.author.userId;
    const support = before.get(author)?.grant;
    return {
      index: this.#entries.length,
      entry,
      hash,
      name,
      rank: rankOf(entry.epoch, name),
      support,
      power: support?.rank ?? '',
      ofAdmin: isCut(entry) && before.get(entry.subject)?.role === 'admin',
      otherAdmins:
        support && isOwnCut(entry) ? adminsOf(before).filter((userId) => userId !== author) : [],
    };
  }

  /** Takes in what {@link place} gave; `too_large` where `most` entries stand already, or are void. */
  async take(item: PlacedEntry, parents: readonly PlacedEntry[], most: number): Promise<void> {
    this.#ancestry.add(parents.map(({ index }) => index));
    try {
      const stands = this.#judgement.wouldStand(item);
      if ((stands ? this.standing : this.#voids) >= most) throw new CryptoError('too_large');
      const followsAll = this.#epoch.heads.every((head) => parents.includes(head));
      if (stands && isCut(item.entry) && item.support && !followsAll) await this.#judgeAgain(item);
      else if (stands) await this.#stand(item, followsAll);
      else this.#voids += 1;
    } catch (error) {
      this.#ancestry.removeLast();
      throw error;
    }
    this.#entries.push(item);
    this.#byName.set(item.name, item);
  }

  /** Members at an entry's hash, or at a merged epoch that this log has had. */
  async membersAt(name: string): Promise<Members | undefined> {
    const entry = this.#byName.get(name);
    const heads = entry ? [entry] : this.#epochs.get(name);
    return heads ? this.#membersAfter(heads) : undefined;
  }

  /** Whether a name is an entry's hash, or that of a merged epoch that this log has had. */
  knows(name: string): boolean {
    return this.#byName.has(name) || this.#epochs.has(name);
  }

  /** Remembers the present epoch as one that messages may name. */
  rememberEpoch(): void {
    if (this.#epoch.heads.length > 1)
      keep(this.#epochs, toHex(this.#epoch.hash), this.#epoch.heads, mostEpochs);
  }

  /** Takes in an entry that stands and changes no other's standing. */
  async #stand(item: PlacedEntry, followsAll: boolean): Promise<void> {
    const heads = this.#epoch.heads.filter(
      (head) => !this.#ancestry.precedes(head.index, item.index),
    );
    const epoch = await epochOf([...heads, item]);
    this.#judgement.take(item);
    const { subject } = item.entry;
    const place = followsAll ? placeAfter(item) : this.#judgement.placeOf(subject);
    setPlace(this.#present, subject, place);
    this.#epoch = epoch;
  }

  /** Takes in a cut that others did not know of, which can void what juniors wrote meanwhile. */
  async #judgeAgain(item: PlacedEntry): Promise<void> {
    const entries = [...this.#entries, item];
    const judgement = await Judgement.of(entries, this.#ancestry);
    const standing = entries.filter((one) => judgement.stands(one));
    const epoch = await epochOf(this.#newestOf(standing));
    this.#judgement = judgement;
    this.#epoch = epoch;
    this.#present = membersBy(judgement);
    this.#voids = entries.length - standing.length;
  }

  /** Those of some entries that no other of them follows. */
  #newestOf(entries: readonly PlacedEntry[]): PlacedEntry[] {
    const newest: PlacedEntry[] = [];
    let covered: Uint32Array = new Uint32Array(0);
    for (const item of [...entries].reverse()) {
      if (hasBit(covered, item.index)) continue;
      newest.push(item);
      const past = this.#ancestry.union([item.index], this.#entries.length + 1);
      for (const [word, bits] of covered.entries()) past[word] = (past[word] ?? 0) | bits;
      covered = past;
    }
    return newest;
  }

  /** The members after some entries and everything before them. */
  async #membersAfter(entries: readonly PlacedEntry[]): Promise<Members> {
    const [first] = entries;
    if (!first) return nobody;
    if (entries.length === 1) return this.#membersAfterOne(first);
    if (
      entries.length === this.#epoch.heads.length &&
      entries.every((one) => this.#epoch.heads.includes(one))
    )
      return this.#present;
    const name = entries.map((one) => one.name).join();
    const known = this.#merged.get(name);
    if (known) return known;
    const indexes = entries.map(({ index }) => index);
    const set = this.#ancestry.union(indexes, this.#entries.length);
    const past = this.#entries.filter(({ index }) => hasBit(set, index));
    const members = membersBy(await Judgement.of(past, this.#ancestry));
    keep(this.#merged, name, members, mostStates);
    return members;
  }

  /** The members after one entry: it follows all that they come from, so it changes its subject alone. */
  async #membersAfterOne(last: PlacedEntry): Promise<Members> {
    if (this.#epoch.heads.length === 1 && this.#epoch.heads[0] === last) return this.#present;
    const steps: PlacedEntry[] = [];
    let members: Members | undefined;
    for (let item = last; !(members = this.#states.get(item.name));) {
      steps.push(item);
      const parents = this.parentsOf(item.entry);
      const [parent] = parents;
      if (!parent || parents.length > 1) {
        members = await this.#membersAfter(parents);
        break;
      }
      item = parent;
    }
    const after = new Map(members);
    for (const [step, item] of steps.reverse().entries()) {
      setPlace(after, item.entry.subject, placeAfter(item));
      if (step % keptEvery === keptEvery - 1)
        keep(this.#states, item.name, new Map(after), mostStates);
    }
    return after;
  }
}

/** The newest entries of a state, and the hash that names it. */
interface Epoch {
  heads: readonly PlacedEntry[];
  hash: Uint8Array;
}

/** The hash of the one newest entry, or of the framed list of several. */
async function epochOf(newest: readonly PlacedEntry[]): Promise<Epoch> {
  const heads = [...newest].sort((a, b) => (a.name < b.name ? -1 : 1));
  const hashes = heads.map(({ hash }) => hash);
  const [first] = hashes;
  if (first && hashes.length === 1) return { heads, hash: first };
  return { heads, hash: await sha256(frame('sotto/v1/group-heads', hashes)) };
}

/** Writes down what a user is now. */
function setPlace(members: Map<string, Place>, userId: string, place: Place | undefined): void {
  if (place) members.set(userId, place);
  else members.delete(userId);
}

function membersBy(judgement: Judgement): Map<string, Place> {
  const members = new Map<string, Place>();
  for (const userId of judgement.users()) {
    const place = judgement.placeOf(userId);
    if (place) members.set(userId, place);
  }
  return members;
}

/** Keeps a value under a name; of more than `most`, the oldest goes. */
function keep<T>(values: Map<string, T>, name: string, value: T, most: number): void {
  values.delete(name);
  values.set(name, value);
  for (const oldest of values.keys()) {
    if (values.size <= most) break;
    values.delete(oldest);
  }
}
