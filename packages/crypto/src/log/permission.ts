import type { GroupEntry } from './group-entry.ts';
import { isCut, type Members, type Place } from './placed-entry.ts';

/** Whether one admin has his role from an earlier grant than another. */
function isSenior(one: Place, other: Place): boolean {
  return (one.grant?.rank ?? '') < (other.grant?.rank ?? '');
}

/** The admins, most senior first. */
export function adminsOf(members: Members): string[] {
  return [...members]
    .filter(([, { role }]) => role === 'admin')
    .sort(([, a], [, b]) => (isSenior(a, b) ? -1 : 1))
    .map(([userId]) => userId);
}

/** Whether the author has a right to this at all: admins to all but cuts of seniors, members to leaving. */
export function hasRight(entry: GroupEntry, members: Members): boolean {
  const author = members.get(entry.author.userId);
  if (!author) return false;
  if (entry.subject === entry.author.userId && isCut(entry)) {
    return entry.action === 'remove' || author.role === 'admin';
  }
  if (author.role !== 'admin') return false;
  const subject = members.get(entry.subject);
  return !isCut(entry) || subject?.role !== 'admin' || isSenior(author, subject);
}

/** Whether the author may do this, judged by the state before the entry; `create` is the first entry. */
export function isPermitted(entry: GroupEntry, before: Members): boolean {
  const { action, subject, role, author } = entry;
  if (action === 'create') return true;
  if (!hasRight(entry, before)) return false;
  const present = before.get(subject);
  if (action === 'add') return present === undefined;
  if (present === undefined || present.role === role) return false;
  if (subject !== author.userId || present.role === 'member') return true;
  return adminsOf(before).length > 1 || (action === 'remove' && before.size === 1);
}
