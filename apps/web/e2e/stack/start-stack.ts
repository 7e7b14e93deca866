import { freePort } from './free-port.ts';
import { startRelay } from './relay-process.ts';
import type { RelayProcess } from './relay-process.ts';
import { startWireTap } from './wire-tap.ts';
import type { WireTap } from './wire-tap.ts';

/** All of Sotto, as browsers meet it. */
export interface Stack {
  relay: RelayProcess;
  /** A new cable to the relay, with an origin of its own. */
  plugIn(): Promise<WireTap>;
  stop(): Promise<void>;
}

/**
 * The embedded stack looks for free ports and takes them a moment later: two stacks that start at
 * once may choose the same one, and the second then says so.
 */
async function startRelayBesideOthers(port: number, triesLeft = 4): Promise<RelayProcess> {
  try {
    return await startRelay(port);
  } catch (error) {
    if (triesLeft === 0 || !String(error).includes('is in use')) throw error;
    return startRelayBesideOthers(port, triesLeft - 1);
  }
}

/** Starts PostgreSQL, PostgREST, auth service and relay on free ports, with nothing in them. */
export async function startStack(): Promise<Stack> {
  const port = await freePort();
  const relay = await startRelayBesideOthers(port);
  const wires: WireTap[] = [];
  return {
    relay,
    async plugIn() {
      const wire = await startWireTap(port);
      wires.push(wire);
      return wire;
    },
    async stop() {
      await Promise.all(wires.map((wire) => wire.close()));
      await relay.stop();
    },
  };
}
