import { freePort } from './free-port.ts';
import { startRelay } from './relay-process.ts';
import type { RelayProcess } from './relay-process.ts';
import { startWireTap } from './wire-tap.ts';
import type { WireTap } from './wire-tap.ts';

/** All of Sotto, as a browser meets it. */
export interface Stack {
  /** Where the web client is served. */
  origin: string;
  relay: RelayProcess;
  wire: WireTap;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, PostgREST, auth service and relay on free ports, with nothing in them. */
export async function startStack(): Promise<Stack> {
  const port = await freePort();
  const wire = await startWireTap(port);
  try {
    const relay = await startRelay(port, wire.origin);
    return {
      origin: wire.origin,
      relay,
      wire,
      async stop() {
        await wire.close();
        await relay.stop();
      },
    };
  } catch (error) {
    await wire.close();
    throw error;
  }
}
