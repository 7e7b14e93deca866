import type { GroupEntry, GroupRole } from './group-entry.ts';

/** An entry at its place in a log, with what the state before it says of its author and subject. */
export interface PlacedEntry {
  /** Its number in the order of arrival. */
  index: number;
  entry: GroupEntry;
  hash: Uint8Array;
  /** The hash as text. */
  name: string;
  /** Epoch and hash as text that sorts: where a grant of the admin role ranks whom it makes an admin. */
  rank: string;
  /** The grant from which the author had the right to write it; none for `create` and a member's leaving. */
  support: PlacedEntry | undefined;
  /** The rank of that grant; the empty text, before all ranks, where there is none. */
  power: string;
  /** Whether it takes rights away from one who was an admin. */
  ofAdmin: boolean;
  /** The other admins, of an admin who leaves or steps down. */
  otherAdmins: readonly string[];
}

/** A member's role, and for an admin the most senior grant of that role that holds. */
export interface Place {
  role: GroupRole;
  grant: PlacedEntry | undefined;
}

/** Members by user id. */
export type Members = ReadonlyMap<string, Place>;

/** Whether an entry ends its subject's membership. */
export const isRemoval = ({ action }: GroupEntry): boolean => action === 'remove';

/** Whether an entry takes rights away: it removes its subject or makes it a plain member. */
export const isCut = (entry: GroupEntry): boolean =>
  isRemoval(entry) || (entry.action === 'set-role' && entry.role === 'member');

/** Whether somebody removes himself, or makes himself a plain member. */
export const isOwnCut = (entry: GroupEntry): boolean =>
  isCut(entry) && entry.author.userId === entry.subject;

/** The rank that a grant of the admin role gives. */
export const rankOf = (epoch: number, name: string): string =>
  epoch.toString(16).padStart(8, '0') + name;
