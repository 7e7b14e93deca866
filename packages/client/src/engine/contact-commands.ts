import type { ContactsClient } from '../facade.ts';
import type { CommandKit } from './command-kit.ts';

/** Contacts: their part of the facade. */
export function createContactCommands(kit: CommandKit): ContactsClient {}
