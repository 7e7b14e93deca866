import { randomBytes } from 'node:crypto';
import type { Person } from '../people/person.ts';
import type { Place, Plant } from '@sotto/hostile-relay/canary';

/** Words that no other run, file or program contains. */
export const plantedText = (about: string): string => `${about} ${randomBytes(12).toString('hex')}`;

/**
 * The salts of password derivation: drawn like keys, and public. Whoever opens the vault needs them
 * before anything is open.
 */
export function saltsIn(places: readonly Place[]): string[] {
  return places
    .filter(({ name }) => name.includes('request PUT /api/account/vault'))
    .flatMap(({ bytes }) => [...bytes.toString('latin1').matchAll(/"salt":"([\w-]{43})"/g)])
    .map(([, salt = '']) => Buffer.from(salt, 'base64url').toString('hex'));
}

/** The tokens that the auth service handed out: as good as a password while they last. */
export function tokensIn(places: readonly Place[]): Plant[] {
  const answers = places.filter(({ name }) =>
    /response POST \/auth\/v1\/(signup|token)/.test(name),
  );
  return answers.flatMap(({ bytes }) =>
    [...bytes.toString('latin1').matchAll(/"(access|refresh)_token":"([^"]+)"/g)].map(
      ([, kind = '', value = '']) => ({ name: `${kind} token`, value }),
    ),
  );
}

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
