import type { ContactState, ScanOutcome } from '@sotto/client';
import { tc } from '../../shared/i18n/contact.ts';
import { dayHeading } from '../../shared/time/dates.ts';

/** Twelve groups of five, as they are read aloud. */
export function digitGroups(digits: string): string[] {
  return digits.match(/\d{1,5}/g) ?? [];
}

/** What the sign beside a name means. */
export function meaning(contact: ContactState, name: string, nowMs: number): string {
  switch (contact.trust) {
    case 'unchecked':
      return tc('sign.uncheckedMeans', { name });
    case 'checked':
      return tc('sign.checkedMeans', {
        name,
        day: dayHeading(contact.checkedAtMs ?? nowMs, nowMs),
      });
    case 'changed': {
      const means = tc('sign.changedMeans', { name });
      return contact.change?.wasChecked ? `${means} ${tc('sign.changedChecked')}` : means;
    }
    case 'doubtful':
      return tc('sign.doubtfulMeans', { name });
  }
}

/** How a scan is said, and how loudly. */
export function scanWords(outcome: ScanOutcome, name: string) {
  const tone = outcome === 'match' ? 'ok' : outcome === 'no_match' ? 'danger' : 'warn';
  return { tone, words: tc(`scanned.${outcome}`, { name }) } as const;
}
