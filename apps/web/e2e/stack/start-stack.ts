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

/** Starts PostgreSQL, PostgREST, auth service and relay on free ports, with nothing in them. */
export async function startStack(): Promise<Stack> {
  const port = await freePort();
  const relay = await startRelay(port);
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
