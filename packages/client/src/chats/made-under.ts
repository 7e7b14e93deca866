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
  /** Their manifest of that version is this one; no device of theirs was removed, no key succeeded since. */
  | 'holds'
  /** A device was removed or the account key succeeded since, or it was exchanged and accepted since. */
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
  // A change of keys that came after the removal: what was wrapped between them, the removed device can open.
  const succeededSince = (person.succession ?? 0) > version;
  return removedSince || succeededSince ? 'superseded' : 'holds';
}

/**
 * Whether an epoch's key may be given to somebody's devices. Who is known by another account key since
 * reads nothing from before that was accepted, as it may not be them; what names no manifests is from before.
 */
export function mayRead(
  epoch: { madeUnder: Uint8Array | undefined; members: readonly UserId[] },
  person: PersonTrust,
): boolean {
  const { madeUnder, members } = epoch;
  if (!madeUnder) return !person.exchanged && !person.devices.some((one) => one.ofFormerKey);
  const named = parseMadeUnder(madeUnder, members)?.find(({ userId }) => userId === person.userId);
  const standing = named ? standingOf(named, person) : 'forked';
  return standing === 'holds' || standing === 'superseded';
}
