import { deviceIdSchema, userIdSchema } from '@sotto/protocol';
import { describe, expect, it } from 'vitest';
import type { PersonTrust } from '../trust/person-trust.ts';
import { acceptOffer } from '../trust/accept-offer.ts';
import { encodeMadeUnder, mayRead, parseMadeUnder, standingOf } from './made-under.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const [ann, ben] = [userIdSchema.parse(id(1)), userIdSchema.parse(id(2))];
const filled = (byte: number) => new Uint8Array(32).fill(byte);

/** A person whose manifest of version n has a hash of n's, and whose former devices left where given. */
function person(userId: PersonTrust['userId'], version: number, left: number[] = []): PersonTrust {
  const seen = Array.from({ length: version }, (_, at) => ({
    version: at + 1,
    hash: filled(at + 1),
  }));
  const devices = left.map((removedAtVersion, at) => ({
    deviceId: deviceIdSchema.parse(id(at + 3)),
    number: at + 1,
    identityKey: filled(1),
    sealingKey: filled(1),
    current: false,
    removedAtVersion,
  }));
  const hash = filled(version);
  return { userId, accountKey: filled(0), version, hash, devices, seen, alarm: null };
}

describe('what an epoch was made under', () => {
  it('is the same bytes in any order of the members, and comes back', () => {
    const people = [person(ben, 4), person(ann, 9)];

    const bytes = encodeMadeUnder(people);

    expect(bytes).toHaveLength(112);
    expect(encodeMadeUnder(people.toReversed())).toEqual(bytes);
    expect(parseMadeUnder(bytes, [ben, ann])).toEqual([
      { userId: ann, version: 9, hash: filled(9) },
      { userId: ben, version: 4, hash: filled(4) },
    ]);
  });

  it('is refused for other members, with a version of 0, cut, or with more behind it', () => {
    const bytes = encodeMadeUnder([person(ann, 1), person(ben, 1)]);
    const other = userIdSchema.parse(id(7));
    const refused: [Uint8Array, PersonTrust['userId'][]][] = [
      [bytes, [ann]],
      [bytes, [ann, other]],
      [bytes.slice(1), [ann, ben]],
      [Uint8Array.of(...bytes, 0), [ann, ben]],
      [new Uint8Array(0), [ann, ben]],
      [encodeMadeUnder([{ ...person(ann, 1), version: 0 }, person(ben, 1)]), [ann, ben]],
    ];

    for (const [changed, members] of refused) {
      expect(parseMadeUnder(changed, members)).toBeUndefined();
    }
  });

  it('is superseded by a removal after it, and by none before it', () => {
    const named = { userId: ann, version: 3, hash: filled(3) };

    expect(standingOf(named, person(ann, 3))).toBe('holds');
    expect(standingOf(named, person(ann, 5))).toBe('holds');
    expect(standingOf(named, person(ann, 5, [3]))).toBe('holds');
    expect(standingOf(named, person(ann, 5, [2, 4]))).toBe('superseded');
  });

  it('is superseded by a succession of the account key after it: who was removed before had its wraps', () => {
    const named = { userId: ann, version: 3, hash: filled(3) };
    const succeeded = (succession: number) => ({ ...person(ann, 5, [2]), succession });

    expect(standingOf(named, succeeded(3))).toBe('holds');
    expect(standingOf(named, succeeded(4))).toBe('superseded');
    expect(
      mayRead({ madeUnder: encodeMadeUnder([person(ann, 3)]), members: [ann] }, succeeded(4)),
    ).toBe(true);
  });

  it('tells another story than is known, or one that is not known yet', () => {
    const known = person(ann, 3);

    expect(standingOf({ userId: ann, version: 2, hash: filled(9) }, known)).toBe('forked');
    expect(standingOf({ userId: ann, version: 4, hash: filled(4) }, known)).toBe('ahead');
  });

  it('keeps keys from before from an account key that was accepted since, whatever devices it lists', () => {
    const members = [ann, ben];
    const device = {
      ...person(ben, 1, [2]).devices[0]!,
      current: true,
      removedAtVersion: undefined,
    };
    const known = { ...person(ben, 1), devices: [device] };
    const madeUnder = encodeMadeUnder([person(ann, 1), known]);
    const other = { ...known, accountKey: filled(7), hash: filled(8) };
    const offered = { ...other, seen: [{ version: 1, hash: filled(8) }] };

    // The very same device ids, so that there is no former device to tell.
    const accepted = acceptOffer({ ...known, offered })!;

    for (const epoch of [madeUnder, undefined]) {
      expect(mayRead({ madeUnder: epoch, members }, known)).toBe(true);
      expect(mayRead({ madeUnder: epoch, members }, accepted)).toBe(false);
    }
    const after = encodeMadeUnder([person(ann, 1), accepted]);
    expect(mayRead({ madeUnder: after, members }, accepted)).toBe(true);
  });
});
