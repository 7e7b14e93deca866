import type { GroupEntry } from './group-entry.ts';
import { isCut, type Members } from './placed-entry.ts';

/** The admins, most senior first. */
export function adminsOf(members: Members): string[] {
  return [...members]
    .flatMap(([userId, { grant }]) => (grant ? [{ userId, rank: grant.rank }] : []))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ userId }) => userId);
}

/** Whether the author has a right to this at all: admins to all but cuts of seniors, members to leaving. */
export function hasRight(entry: GroupEntry, members: Members): boolean {
  const author = members.get(entry.author.userId);
  if (!author) return false;
  if (entry.subject === entry.author.userId && isCut(entry)) {
    return entry.action === 'remove' || author.role === 'admin';
  }
  if (!author.grant) return false;
  const held = members.get(entry.subject)?.grant;
  return !isCut(entry) || !held || author.grant.rank < held.rank;
}

/** Whether the author may do this, judged by the state before the entry; `create` is the first entry. */
export function isPermitted(entry: GroupEntry, before: Members): boolean {
  const { action, subject, role } = entry;
  if (action === 'create') return true;
  if (!hasRight(entry, before)) return false;
  const present = before.get(subject);
  if (action === 'add') return present === undefined;
  if (present === undefined || present.role === role) return false;
  if (present.role === 'member') return true;
  // Who takes the role from another admin is one himself.
  return adminsOf(before).length > 1 || (action === 'remove' && before.size === 1);
}
