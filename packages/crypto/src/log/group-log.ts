import { assertBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { toHex } from '../encoding/hex.ts';
import { assertCount } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { verifyLabelled } from '../identity/verify-labelled.ts';
import { sha256 } from '../primitives/sha2.ts';
import { EntryAncestry, hasBit } from './entry-ancestry.ts';
import {
  groupEntryLabel,
  parseGroupEntry,
  type GroupEntry,
  type GroupRole,
} from './group-entry.ts';
import { mergeMembership, type IndexedEntry, type Membership } from './merge-membership.ts';

/** Most entries that a log takes. */
export const maxGroupLogEntries = 10_000;

/** Who is in a group at one epoch. */
export interface GroupState {
  groupId: string;
  /** The highest epoch of the newest entries. */
  epoch: number;
  /** 32 bytes: the newest entry's hash; of several, the hash of the framed list in rising order. */
  epochHash: Uint8Array;
  /** Hashes of the newest entries in rising order: what the next entry has as `previous`. */
  heads: Uint8Array[];
  /** Roles by user id. */
  members: ReadonlyMap<string, GroupRole>;
}

/**
 * The identity key (33 bytes) of a device, from a manifest that its account signed, or nothing. Devices
 * revoked since then must be found as well: what they signed in their time stays valid.
 */
export type FindDeviceKey = (author: {
  userId: string;
  deviceId: string;
}) => Promise<Uint8Array | undefined> | Uint8Array | undefined;

interface LogEntry extends IndexedEntry {
  hash: Uint8Array;
}

/** A group's verified membership log. Holds no secret; grows by {@link GroupLog.append}. */
export class GroupLog {
  readonly groupId: string;
  readonly #findDeviceKey: FindDeviceKey;
  readonly #entries: LogEntry[] = [];
  readonly #byHash = new Map<string, LogEntry>();
  readonly #ancestry = new EntryAncestry();
  /** The newest entries, each with the members after it. */
  readonly #heads = new Map<LogEntry, Membership>();
  readonly #maxEntries: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `maxEntries` lowers the number of entries that the log takes. */
  constructor(groupId: string, findDeviceKey: FindDeviceKey, maxEntries = maxGroupLogEntries) {
    uuidBytes(groupId);
    assertCount(maxEntries, 'maxEntries', maxGroupLogEntries);
    this.groupId = groupId;
    this.#findDeviceKey = findDeviceKey;
    this.#maxEntries = maxEntries;
  }

  /**
   * Verifies an entry and takes it in; one that is there already changes nothing.
   *
   * Throws `bad_encoding`; `chain_broken` for another group, an unknown entry before it, a wrong epoch or
   * a second beginning; `bad_key` for an unknown device; `bad_signature`; `not_permitted` if the author
   * could not do this in the state before the entry; `too_large` for a full log.
   */
  async append(signed: { body: Uint8Array; signature: Uint8Array }): Promise<GroupState> {
    assertBytes(signed.body, 'body');
    assertBytes(signed.signature, 'signature');
    const turn = this.#turn.then(() => this.#append(signed));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Whether a message or an entry can name this epoch: the hash of an entry, or of the present state. */
  async knowsEpoch(epochHash: Uint8Array): Promise<boolean> {
    const name = toHex(epochHash);
    if (this.#byHash.has(name)) return true;
    return this.#entries.length > 0 && toHex((await this.state()).epochHash) === name;
  }

  /** The present state; `chain_broken` for an empty log. */
  async state(): Promise<GroupState> {
    const heads = [...this.#heads.keys()].sort((a, b) => (toHex(a.hash) < toHex(b.hash) ? -1 : 1));
    const [first] = heads;
    if (!first) throw new CryptoError('chain_broken', 'the log is empty');
    const hashes = heads.map(({ hash }) => Uint8Array.from(hash));
    return {
      groupId: this.groupId,
      epoch: Math.max(...heads.map(({ entry }) => entry.epoch)),
      epochHash:
        heads.length === 1
          ? Uint8Array.from(first.hash)
          : await sha256(frame('sotto/v1/group-heads', hashes)),
      heads: hashes,
      members: new Map(await this.#membersAfter(heads)),
    };
  }

  async #append(signed: { body: Uint8Array; signature: Uint8Array }): Promise<GroupState> {
    const entry = parseGroupEntry(signed.body);
    const hash = await sha256(signed.body);
    if (this.#byHash.has(toHex(hash))) return this.state();
    if (this.#entries.length >= this.#maxEntries) throw new CryptoError('too_large');
    const parents = this.#parentsOf(entry);
    await this.#assertSigned(entry, signed);
    const members = await this.#membersAfter(parents);
    if (!isPermitted(entry, members)) throw new CryptoError('not_permitted');

    const index = this.#ancestry.add(parents.map((parent) => parent.index));
    const added = { index, entry, hash };
    const after = new Map(members);
    for (const parent of parents) this.#heads.delete(parent);
    applyEntry(entry, after);
    this.#entries.push(added);
    this.#byHash.set(toHex(hash), added);
    this.#heads.set(added, after);
    return this.state();
  }

  #parentsOf(entry: GroupEntry): LogEntry[] {
    const broken = new CryptoError('chain_broken');
    if (entry.groupId !== this.groupId) throw broken;
    if ((entry.action === 'create') !== (this.#entries.length === 0)) throw broken;
    const parents = entry.previous.map((hash) => {
      const parent = this.#byHash.get(toHex(hash));
      if (!parent) throw broken;
      return parent;
    });
    const highest = Math.max(0, ...parents.map((parent) => parent.entry.epoch));
    if (entry.epoch !== highest + 1) throw broken;
    for (const a of parents) {
      if (parents.some((b) => this.#ancestry.precedes(a.index, b.index))) throw broken;
    }
    return parents;
  }

  async #assertSigned(
    entry: GroupEntry,
    { body, signature }: { body: Uint8Array; signature: Uint8Array },
  ): Promise<void> {
    const publicKey = await this.#findDeviceKey(entry.author);
    if (!publicKey) throw new CryptoError('bad_key', 'the author has no such device');
    const label = groupEntryLabel;
    if (!(await verifyLabelled({ publicKey, label, fields: [body], signature }))) {
      throw new CryptoError('bad_signature');
    }
  }

  /** The members after some entries and everything before them; the caller must not change the map. */
  async #membersAfter(entries: readonly LogEntry[]): Promise<Membership> {
    const [first] = entries;
    const known = entries.length === 1 && first ? this.#heads.get(first) : undefined;
    if (known) return known;
    const indexes = entries.map(({ index }) => index);
    const set = this.#ancestry.union(indexes, this.#entries.length);
    return mergeMembership(
      this.#entries.filter(({ index }) => hasBit(set, index)),
      this.#ancestry,
    );
  }
}

/** Whether the author may do this, judged by the state before the entry; `create` is the first entry. */
function isPermitted(entry: GroupEntry, before: Membership): boolean {
  const { action, subject, role, author } = entry;
  if (action === 'create') return true;
  const authorRole = before.get(author.userId);
  const subjectRole = before.get(subject);
  if (authorRole === undefined) return false;
  if (action === 'remove' && subject === author.userId) return true;
  if (authorRole !== 'admin') return false;
  if (action === 'add') return subjectRole === undefined;
  return subjectRole !== undefined && subjectRole !== role;
}

/** Changes the members by an entry that comes after everything they come from. */
function applyEntry({ subject, role }: GroupEntry, members: Membership): void {
  if (role === null) members.delete(subject);
  else members.set(subject, role);
}

/** Verifies a whole log, each entry after those it follows; errors as in {@link GroupLog.append}. */
export async function verifyGroupLog(input: {
  groupId: string;
  entries: ReadonlyArray<{ body: Uint8Array; signature: Uint8Array }>;
  findDeviceKey: FindDeviceKey;
}): Promise<GroupLog> {
  const log = new GroupLog(input.groupId, input.findDeviceKey);
  for (const entry of input.entries) await log.append(entry);
  return log;
}
