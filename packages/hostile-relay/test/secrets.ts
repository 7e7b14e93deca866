import { CanarySearch } from '../src/canary/index.ts';
import type { Place } from '../src/canary/index.ts';
import type { Someone, Victim } from './lied-to.ts';

/** Throws if what only these people know is in one of the places, in any of the forms that the canary looks for. */
export function assertUnsaid(people: readonly Someone[], places: readonly Place[]): void {
  const plants = people.flatMap(({ person, recoveryKey }) => [
    { name: `chat password of ${person.handle}`, value: person.chatPassword },
    ...['-', ' ', ''].map((separator) => ({
      name: `recovery key of ${person.handle}`,
      value: recoveryKey.replaceAll('-', separator),
    })),
  ]);
  const found = new CanarySearch(plants).find(places);
  if (found.length > 0) throw new Error(`said: ${found.join('; ')}`);
}

/** Everything that passed a client's liar. */
export const heardBy = (name: string, { liar }: Victim): Place => ({ name, bytes: liar.heard() });
