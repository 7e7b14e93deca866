import type { ContactsClient } from '../facade.ts';
import type { CommandKit } from './command-kit.ts';

/** Contacts: their part of the facade. */
export function createContactCommands(kit: CommandKit): ContactsClient {
  const contacts = () => kit.opened().runtime.contacts;
  return {
    contact: (userId) => kit.core.contacts.store(userId),
    markChecked: ({ userId, digits }) => kit.guarded(() => contacts().markChecked(userId, digits)),
    unmarkChecked: ({ userId }) => kit.guarded(() => contacts().unmarkChecked(userId)),
    scanSafetyCode: ({ userId, scanned }) =>
      kit.guarded(async () => ({ outcome: await contacts().scan(userId, scanned) })),
    acceptKeyChange: ({ userId, digits }) => kit.guarded(() => contacts().accept(userId, digits)),
  };
}
