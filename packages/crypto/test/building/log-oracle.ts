/** The rules of the log once more, as recursive definitions over names and without the log's machinery. */
import { toHex } from '../../src/encoding/hex.ts';
import type { GroupEntry } from '../../src/log/group-entry.ts';
import { pasts, type Unsigned } from './random-log.ts';

interface Known {
  entry: GroupEntry;
  name: string;
  isCut: boolean;
  isOwn: boolean;
}

/** Roles, and of admins the grant that ranks them. */
export type Roles = Map<string, { role: string; grant: string | undefined }>;

/** Members after exactly these entries. */
export function membersByRules(
  entries: readonly Unsigned[],
  stateBefore = new Map<string, Roles>(),
): Roles {
  const past = pasts(entries);
  const all = entries.map(({ entry, hash }): Known => {
    const isCut =
      entry.action === 'remove' || (entry.action === 'set-role' && entry.role === 'member');
    const isOwn = isCut && entry.subject === entry.author.userId;
    return { entry, name: toHex(hash), isCut, isOwn };
  });
  const isBefore = (a: Known, b: Known) => past.get(b.name)?.has(a.name) ?? false;
  const isApart = (a: Known, b: Known) => a !== b && !isBefore(a, b) && !isBefore(b, a);
  const verdicts = new Map<Known, boolean>();
  const rank = ({ entry, name }: Known) => `${String(entry.epoch).padStart(9, '0')}${name}`;

  const before = (one: Known): Roles => {
    const known =
      stateBefore.get(one.name) ??
      membersByRules(
        entries.filter(({ hash }) => past.get(one.name)?.has(toHex(hash))),
        stateBefore,
      );
    stateBefore.set(one.name, known);
    return known;
  };
  const support = (one: Known): Known | undefined => {
    const grant = before(one).get(one.entry.author.userId)?.grant;
    return all.find(({ name }) => name === grant);
  };
  const power = (one: Known): string => {
    const grant = support(one);
    return grant ? rank(grant) : '';
  };
  /** Whether a cut, if it stands, ends what a grant gave. */
  const couldEnd = (cut: Known, grant: Known): boolean => {
    if (!cut.isCut || cut.entry.subject !== grant.entry.subject || isBefore(cut, grant))
      return false;
    if (grant.entry.role !== 'admin') return cut.entry.action === 'remove';
    return cut.isOwn || power(cut) < rank(grant);
  };
  const isSupported = (one: Known, grant: Known): boolean =>
    stands(grant) &&
    !all.some((cut) => !cut.isOwn && couldEnd(cut, grant) && !isBefore(one, cut) && stands(cut));
  const resigns = (one: Known, userId: string): boolean => {
    const grant = one.isOwn && one.entry.subject === userId ? support(one) : undefined;
    return grant !== undefined && isSupported(one, grant) && stands(one);
  };
  const judge = (one: Known): boolean => {
    const grant = support(one);
    if (!grant) return true;
    const author = one.entry.author.userId;
    if (one.isOwn) {
      const others = [...before(one)].filter(([id, { role }]) => id !== author && role === 'admin');
      const allLeave = others.every(([id]) =>
        all.some((cut) => isApart(cut, one) && power(cut) < power(one) && resigns(cut, id)),
      );
      return !isSupported(one, grant) || others.length === 0 || !allLeave;
    }
    if (!isSupported(one, grant)) return false;
    const ofPlainMember = one.isCut && before(one).get(one.entry.subject)?.role === 'member';
    return (
      ofPlainMember ||
      !all.some((cut) => isApart(cut, one) && support(cut) === grant && resigns(cut, author))
    );
  };
  function stands(one: Known): boolean {
    const verdict = verdicts.get(one) ?? judge(one);
    verdicts.set(one, verdict);
    return verdict;
  }

  const members: Roles = new Map();
  for (const userId of new Set(all.map(({ entry }) => entry.subject))) {
    const own = all.filter((one) => one.entry.subject === userId && stands(one));
    const cuts = own.filter((one) => one.isCut);
    const grants = own.filter((one) => !one.isCut);
    const ended = (grant: Known) => cuts.filter((cut) => couldEnd(cut, grant));
    const isIn = grants.some(
      (grant) =>
        !cuts.some(
          (cut) =>
            cut.entry.action === 'remove' &&
            (couldEnd(cut, grant) || ended(grant).some((first) => isBefore(first, cut))),
        ),
    );
    const [senior] = grants
      .filter((grant) => grant.entry.role === 'admin' && ended(grant).length === 0)
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
    if (isIn) members.set(userId, { role: senior ? 'admin' : 'member', grant: senior?.name });
  }
  return members;
}
