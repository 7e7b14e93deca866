import { randomBytes } from 'node:crypto';
import type { Person } from '../people/person.ts';
import type { Plant } from './search.ts';

/** Words that no other run, file or program contains. */
export const plantedText = (about: string): string => `${about} ${randomBytes(12).toString('hex')}`;

/** What may be nowhere outside a browser's memory: not in the database, a log, on the wire or on a disk. */
export function secretsOf(person: Person, keysHex: readonly string[]): Plant[] {
  const { displayName, chatPassword } = person.identity;
  const groups = person.recoveryKeyGroups;
  return [
    { name: `chat password of ${displayName}`, value: chatPassword },
    ...(['', ' ', '-'] as const).map((separator) => ({
      name: `recovery key of ${displayName}`,
      value: groups.join(separator),
    })),
    ...keysHex.map((hex, index) => ({
      name: `key ${index} of ${displayName}`,
      value: Buffer.from(hex, 'hex'),
    })),
  ];
}
