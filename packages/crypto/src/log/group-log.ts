import { assertBytes, copyBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { assertCount } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { verifyLabelled } from '../identity/verify-labelled.ts';
import { giveWay } from '../primitives/give-way.ts';
import { sha256 } from '../primitives/sha2.ts';
import {
  groupEntryLabel,
  maxPreviousEntries,
  parseGroupEntry,
  type GroupEntry,
  type GroupRole,
} from './group-entry.ts';
import { groupIdFor } from './group-id.ts';
import { MergedLog } from './merged-log.ts';
import { adminsOf, hasRight } from './permission.ts';
import type { Members, PlacedEntry } from './placed-entry.ts';

/** Most standing entries that a log takes; it takes as many void ones. */
export const maxGroupLogEntries = 10_000;

/** Who is in a group at one epoch. */
export interface GroupState {
  groupId: string;
  /** The highest epoch of the newest entries. */
  epoch: number;
  /** 32 bytes: the newest entry's hash; of several, the hash of the framed list in rising order. */
  epochHash: Uint8Array;
  /** Hashes of the newest entries that stand, in rising order. */
  heads: Uint8Array[];
  /** What the next entry has as `previous`: the heads, of more than 8 those of the highest epochs. */
  previous: Uint8Array[];
  /** Roles by user id. */
  members: ReadonlyMap<string, GroupRole>;
  /** User ids of the admins, most senior first: none can remove or demote one before him. */
  admins: string[];
}

/** A device as its account's manifests know it. */
export interface KnownDevice {
  /** Identity key, 33 bytes. */
  publicKey: Uint8Array;
  /** Whether the newest manifest still has it; false for a device that was revoked. */
  current: boolean;
}

/**
 * The device that signed an entry, from manifests that its account signed, or nothing. Devices revoked
 * since then must be found as well: what others have built on stays valid.
 */
export type FindDeviceKey = (author: {
  userId: string;
  deviceId: string;
}) => Promise<KnownDevice | undefined> | KnownDevice | undefined;

type Signed = Readonly<{ body: Uint8Array; signature: Uint8Array }>;

interface Received extends Signed {
  entry: GroupEntry;
  hash: Uint8Array;
  name: string;
}

/** A group's verified membership log. Holds no secret; grows by {@link GroupLog.append}. */
export class GroupLog {
  readonly groupId: string;
  readonly #findDeviceKey: FindDeviceKey;
  readonly #maxEntries: number;
  #merged = new MergedLog();
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
   * Verifies an entry as it comes in and takes it in; one that is there already changes nothing.
   *
   * Throws `bad_encoding`; `chain_broken` for another group, an unknown entry before it, a wrong epoch or
   * a second beginning; `bad_key` for an unknown device; `bad_signature`; `not_permitted` if the author
   * could not do this in the state before the entry, or the device is not current; `too_large` for a log
   * that is full of entries that stand, or of void ones if this is void.
   */
  async append(signed: { body: Uint8Array; signature: Uint8Array }): Promise<GroupState> {
    return this.#inTurn(signed, async (received) => {
      await this.#take(this.#merged, received, true);
    });
  }

  /**
   * {@link GroupLog.append} for the gate of a relay: also refuses, with `not_permitted`, what the author
   * has no right to in the present state. Clients append: others may have built on such an entry.
   */
  async admit(signed: { body: Uint8Array; signature: Uint8Array }): Promise<GroupState> {
    return this.#inTurn(signed, async (received) => {
      const { entry, name } = received;
      const isNew = this.#merged.find(name) === undefined && entry.action !== 'create';
      if (isNew && !hasRight(entry, this.#merged.present)) {
        throw new CryptoError('not_permitted');
      }
      await this.#take(this.#merged, received, true);
    });
  }

  /**
   * Catches up: takes in many entries, each after those it follows, all or none.
   *
   * An entry of a device that was revoked since then counts if an entry of a current device among these
   * follows it; those that no such entry follows are left out. Throws as {@link GroupLog.append}.
   */
  async appendAll(
    entries: ReadonlyArray<{ body: Uint8Array; signature: Uint8Array }>,
  ): Promise<{ state: GroupState; leftOut: number }> {
    const copies = entries.map(copied);
    let leftOut = 0;
    const state = await this.#next(async () => {
      const received = await Promise.all(copies.map(read));
      const vouched = await this.#vouchedFor(received);
      const merged = this.#merged.clone();
      for (const item of received) {
        await giveWay();
        if (vouched.has(item.name) || merged.find(item.name)) await this.#take(merged, item, false);
        else leftOut += 1;
      }
      merged.rememberEpoch();
      this.#merged = merged;
    });
    return { state, leftOut };
  }

  /** Whether a message or an entry can name this epoch: an entry's hash, or a state this log has had. */
  async knowsEpoch(epochHash: Uint8Array): Promise<boolean> {
    assertBytes(epochHash, 'epochHash', 32);
    return this.#merged.knows(toHex(epochHash));
  }

  /** Roles by user id in an epoch that {@link GroupLog.knowsEpoch} knows; nothing for another. */
  async stateAt(epochHash: Uint8Array): Promise<ReadonlyMap<string, GroupRole> | undefined> {
    assertBytes(epochHash, 'epochHash', 32);
    const name = toHex(epochHash);
    const reading = this.#turn.then(async () => {
      const members = await this.#merged.membersAt(name);
      return members && rolesOf(members);
    });
    this.#turn = reading.catch(() => undefined);
    return reading;
  }

  /** The present state; `chain_broken` for an empty log. */
  async state(): Promise<GroupState> {
    const { heads, epochHash, present } = this.#merged;
    if (heads.length === 0) throw new CryptoError('chain_broken', 'the log is empty');
    const hashes = (items: readonly PlacedEntry[]) => items.map(({ hash }) => copyBytes(hash));
    const highest = [...heads].sort((a, b) => (a.rank < b.rank ? 1 : -1));
    const next = new Set(highest.slice(0, maxPreviousEntries));
    return {
      groupId: this.groupId,
      epoch: highest[0]?.entry.epoch ?? 0,
      epochHash: copyBytes(epochHash),
      heads: hashes(heads),
      previous: hashes(heads.filter((head) => next.has(head))),
      members: rolesOf(present),
      admins: adminsOf(present),
    };
  }

  #inTurn(signed: Signed, take: (received: Received) => Promise<void>): Promise<GroupState> {
    const copy = copied(signed);
    return this.#next(async () => {
      await take(await read(copy));
      this.#merged.rememberEpoch();
    });
  }

  #next(work: () => Promise<void>): Promise<GroupState> {
    const turn = this.#turn.then(work).then(() => this.state());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #take(merged: MergedLog, received: Received, live: boolean): Promise<void> {
    const { entry, hash, name } = received;
    if (merged.find(name)) return;
    const beginning = entry.action === 'create';
    if (entry.groupId !== this.groupId || beginning !== (merged.standing === 0)) {
      throw new CryptoError('chain_broken');
    }
    const parents = merged.parentsOf(entry);
    if (beginning && (await idOf(entry)) !== this.groupId) throw new CryptoError('chain_broken');
    const device = await this.#findDeviceKey(entry.author);
    if (!device) throw new CryptoError('bad_key', 'the author has no such device');
    await assertSigned(received, device);
    if (live && !device.current) throw new CryptoError('not_permitted', 'a revoked device');
    await merged.take(await merged.place(entry, hash, parents), parents, this.#maxEntries);
  }

  /** Names of the entries that a current device signed, and of all that those follow. */
  async #vouchedFor(received: readonly Received[]): Promise<Set<string>> {
    const vouched = new Set<string>();
    for (const { entry, name } of [...received].reverse()) {
      const device = vouched.has(name) ? undefined : await this.#findDeviceKey(entry.author);
      // An unknown device is refused when its entry's turn comes.
      if (!vouched.has(name) && device?.current === false) continue;
      vouched.add(name);
      for (const hash of entry.previous) vouched.add(toHex(hash));
    }
    return vouched;
  }
}

/** The caller may change its arrays while an entry waits. */
function copied({ body, signature }: Signed): Signed {
  assertBytes(body, 'body');
  assertBytes(signature, 'signature');
  return { body: copyBytes(body), signature: copyBytes(signature) };
}

async function read(signed: Signed): Promise<Received> {
  const entry = parseGroupEntry(signed.body);
  const hash = await sha256(signed.body);
  return { ...signed, entry, hash, name: toHex(hash) };
}

function idOf({ previous: [nonce], author }: GroupEntry): Promise<string> {
  return groupIdFor({ nonce: nonce ?? new Uint8Array(0), author });
}

async function assertSigned(
  { body, signature }: Signed,
  { publicKey }: KnownDevice,
): Promise<void> {
  const label = groupEntryLabel;
  if (!(await verifyLabelled({ publicKey, label, fields: [body], signature }))) {
    throw new CryptoError('bad_signature');
  }
}

function rolesOf(members: Members): Map<string, GroupRole> {
  return new Map([...members].map(([userId, { role }]) => [userId, role]));
}

/** Verifies a whole log by {@link GroupLog.appendAll}; errors as there. */
export async function verifyGroupLog(input: {
  groupId: string;
  entries: ReadonlyArray<{ body: Uint8Array; signature: Uint8Array }>;
  findDeviceKey: FindDeviceKey;
}): Promise<GroupLog> {
  const log = new GroupLog(input.groupId, input.findDeviceKey);
  if (input.entries.length > 0) await log.appendAll(input.entries);
  return log;
}
