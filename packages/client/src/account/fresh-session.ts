import { ClientError } from '../client-error.ts';
import type { MakeAuthClient } from './auth-client.ts';
import { authFailure } from './auth-failure.ts';
import { authSessionSchema, readAccessToken, verifiedFactorIds } from './auth-session.ts';
import { createFactorDoor } from './factor-door.ts';
import type { FactorDoor } from './factor-door.ts';

/**
 * A sign-in beside the one of this device, for what asks for the login password once more. The
 * device's own session stays as it is.
 */
export interface FreshSession {
  readonly userId: string;
  readonly factors: FactorDoor;
  /** Ids of verified factors, as the service named them at the sign-in. */
  readonly factorIds: readonly string[];
  /** How far the service's clock is ahead of this one. */
  readonly aheadMs: number;
  accessToken(): Promise<string>;
  /** Best effort: it ends by itself otherwise. */
  end(): Promise<void>;
}

/** Throws `invalid_credentials`, `rate_limited`, `offline`, `unavailable`. */
export async function openFreshSession(options: {
  makeClient: MakeAuthClient;
  now: () => number;
  email: string;
  password: string;
}): Promise<FreshSession> {
  const { makeClient, now, email, password } = options;
  try {
    const client = await makeClient();
    const { data, error } = await client.signInWithPassword({ email, password });
    if (error) throw error;
    const session = authSessionSchema.parse(data.session);
    const { userId, issuedAtMs } = readAccessToken(session.access_token);
    return {
      userId,
      factors: createFactorDoor(async () => client),
      factorIds: verifiedFactorIds(session),
      aheadMs: issuedAtMs === null ? 0 : issuedAtMs - now(),
      async accessToken() {
        const { data: held } = await client.getSession();
        if (!held.session) throw new ClientError('session_ended');
        return held.session.access_token;
      },
      end: async () => void (await client.signOut({ scope: 'local' }).catch(() => undefined)),
    };
  } catch (error) {
    throw authFailure(error);
  }
}
