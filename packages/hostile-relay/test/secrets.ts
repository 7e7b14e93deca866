import { CanarySearch } from '../../../apps/web/e2e/canary/search.ts';
import type { Place } from '../../../apps/web/e2e/canary/search.ts';
import type { Someone, Victim } from './lied-to.ts';

/** What only the person knows: found nowhere, in any of the forms that the canary looks for. */
export function saidOf(people: readonly Someone[], places: readonly Place[]): string[] {
  const plants = people.flatMap(({ person, recoveryKey }) => [
    { name: `chat password of ${person.handle}`, value: person.chatPassword },
    ...['-', ' ', ''].map((separator) => ({
      name: `recovery key of ${person.handle}`,
      value: recoveryKey.replaceAll('-', separator),
    })),
  ]);
  return new CanarySearch(plants).find(places);
}

/** Everything that passed a client's liar. */
export const heardBy = (name: string, { liar }: Victim): Place => ({ name, bytes: liar.heard() });
