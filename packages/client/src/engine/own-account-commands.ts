import type { OwnAccountClient } from '../facade.ts';
import type { CommandKit } from './command-kit.ts';

/** The own account: their part of the facade. */
export function createOwnAccountCommands(kit: CommandKit): OwnAccountClient {}
