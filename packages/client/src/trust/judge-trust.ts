import { equalBytes } from '@sotto/crypto';
import type { Trust } from '../facade.ts';
import type { PersonTrust } from './person-trust.ts';

/** What is shown of who a person is; a mark counts for the key it was made with alone. */
export function judgeTrust(person: PersonTrust | undefined): Trust {
  if (!person) return 'unchecked';
  if (person.offered) return 'changed';
  if (person.alarm !== null) return 'doubtful';
  return isChecked(person) ? 'checked' : 'unchecked';
}

export function isChecked({ checked, accountKey }: PersonTrust): boolean {
  return checked ? equalBytes(checked.accountKey, accountKey) : false;
}

/** The mark of a person whose chain was followed further: it goes from a key to the one that succeeds it. */
export function markAfter(
  before: PersonTrust,
  { accountKey }: PersonTrust,
): PersonTrust['checked'] {
  const { checked } = before;
  return checked && isChecked(before) ? { ...checked, accountKey } : (checked ?? null);
}

/** Whether a chain goes through the newest manifest of what is known, and so was followed from it. */
export function goesThrough(next: PersonTrust, known: PersonTrust): boolean {
  const seen = next.seen?.find(({ version }) => version === known.version);
  return seen !== undefined && equalBytes(seen.hash, known.hash);
}

/** Whether nothing is to be written. A record from before knows less at the same version. */
export function saysTheSame(before: PersonTrust, next: PersonTrust): boolean {
  return (
    before.version === next.version &&
    before.alarm === next.alarm &&
    before.seen?.length === next.seen?.length &&
    equalBytes(before.hash, next.hash) &&
    before.checked?.atMs === next.checked?.atMs &&
    before.offered?.version === next.offered?.version &&
    equalBytes(before.offered?.hash ?? none, next.offered?.hash ?? none)
  );
}

const none = new Uint8Array(0);
