import { concatBytes, equalBytes, uuidBytes } from '@sotto/crypto';
import type { UserId } from '@sotto/protocol';
import { be64 } from '../engine/byte-encoding.ts';
import type { PersonTrust } from '../trust/person-trust.ts';

/** The manifest of one member that an epoch key was made under. */
export interface MadeUnder {
  userId: UserId;
  version: number;
  /** 32 bytes. */
  hash: Uint8Array;
}

const entryBytes = 16 + 8 + 32;

/** User id 16 ‖ version be64 ‖ hash 32 for each member, by ascending user id. */
export function encodeMadeUnder(people: readonly PersonTrust[]): Uint8Array {
  const ordered = people.toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
  return concatBytes(
    ...ordered.flatMap(({ userId, version, hash }) => [uuidBytes(userId), be64(version), hash]),
  );
}

/** Undefined for bytes that {@link encodeMadeUnder} does not make for these members. */
export function parseMadeUnder(
  bytes: Uint8Array,
  members: readonly UserId[],
): MadeUnder[] | undefined {
  const ids = members.toSorted();
  if (bytes.length !== ids.length * entryBytes) return undefined;
  const entries = ids.flatMap((member, index): MadeUnder[] => {
    const entry = bytes.subarray(index * entryBytes, (index + 1) * entryBytes);
    const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
    const version = Number(view.getBigUint64(16));
    const isTheirs = equalBytes(entry.slice(0, 16), uuidBytes(member));
    if (!isTheirs || version === 0 || !Number.isSafeInteger(version)) return [];
    return [{ userId: member, version, hash: entry.slice(24) }];
  });
  return entries.length === ids.length ? entries : undefined;
}

/** How what an epoch names of a person compares with what is known of them here. */
export type Standing =
  /** Their manifest of that version is this one, and no device of theirs was removed since. */
  | 'holds'
  /** A device was removed since, or the account key was exchanged and accepted since. */
  | 'superseded'
  /** Newer than what is known here. */
  | 'ahead'
  /** Another manifest of the same version. */
  | 'forked';

export function standingOf({ version, hash }: MadeUnder, person: PersonTrust): Standing {
  if (version > person.version) return 'ahead';
  const seen = person.seen?.find((one) => one.version === version);
  if (seen && !equalBytes(seen.hash, hash)) return 'forked';
  const removedSince = person.devices.some(
    (device) => !device.current && (device.removedAtVersion ?? Infinity) > version,
  );
  return removedSince ? 'superseded' : 'holds';
}
