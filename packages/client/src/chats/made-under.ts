import { concatBytes, equalBytes, uuidBytes, uuidFromBytes } from '@sotto/crypto';
import { userIdSchema } from '@sotto/protocol';
import type { UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
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

/** Throws `untrusted` for bytes that {@link encodeMadeUnder} does not make for these members. */
export function parseMadeUnder(bytes: Uint8Array, members: readonly UserId[]): MadeUnder[] {
  const ids = members.toSorted();
  if (bytes.length !== ids.length * entryBytes) throw new ClientError('untrusted');
  return ids.map((member, index) => {
    const entry = bytes.subarray(index * entryBytes, (index + 1) * entryBytes);
    const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
    const userId = userIdSchema.parse(uuidFromBytes(entry.slice(0, 16)));
    const version = Number(view.getBigUint64(16));
    if (userId !== member || version === 0 || !Number.isSafeInteger(version)) {
      throw new ClientError('untrusted');
    }
    return { userId, version, hash: entry.slice(24) };
  });
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
