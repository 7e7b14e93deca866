import type { DevicesClient } from '../facade.ts';
import type { CommandKit } from './command-kit.ts';

/** Devices and being let in: their part of the facade. */
export function createDeviceCommands(kit: CommandKit): DevicesClient {}
