import type { SottoClient } from '../facade.ts';
import type { Platform } from '../platform.ts';

/** The engine behind the facade, with what its host needs besides. */
export interface SottoEngine extends SottoClient {
  /** Stops timers and connections, forgets keys and closes the store. Local data stays. */
  close(): Promise<void>;
}

/**
 * `createSottoClient` takes exactly this. It returns at once with `session` in phase `starting`;
 * no promise of the facade may be awaited for it to start.
 */
export interface SottoClientOptions {
  platform: Platform;
}
