import { handleSchema, normaliseHandle } from '@sotto/protocol';
import type { Profile } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';

/** The person with exactly this handle, as typed with or without `@`. Throws `not_found`. */
export async function findPerson({ http }: AccountContext, typed: string): Promise<Profile> {
  const handle = handleSchema.safeParse(normaliseHandle(typed));
  if (!handle.success) throw new ClientError('not_found');
  const { person } = await http.call('findPerson', { query: { handle: handle.data } });
  // A relay that answers with somebody else must not have a chat started with them.
  if (person.handle !== handle.data) throw new ClientError('untrusted');
  return person;
}
