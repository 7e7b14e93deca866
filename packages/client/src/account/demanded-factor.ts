import type { EngineCore } from '../engine/engine-core.ts';
import type { HttpClient } from '../transport/http-client.ts';

/**
 * Whether sessions have to give one of these factors: the one whose backup a device of the account has
 * stored. Any other was set up by somebody who has the login password and no device; the relay does not
 * ask for it, so neither does anything here.
 */
export async function isDemanded(http: HttpClient, factorIds: readonly string[]): Promise<boolean> {
  if (factorIds.length === 0) return false;
  const { backup } = await http.call('getSecondFactorBackup', {});
  return backup !== null && factorIds.includes(backup.factorId);
}

/** Whether the present session opens nothing before a code is given. Asks the relay only if it may be. */
export async function lacksFactor({ auth, http }: EngineCore): Promise<boolean> {
  const { isDue, factorIds } = auth.secondFactor();
  return isDue && (await isDemanded(http, factorIds));
}
