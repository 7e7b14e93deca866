import type { GoTrueClient } from '@supabase/auth-js';
import type { ClientConfig, UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { Transport } from '../platform.ts';
import { createAuthClients } from './auth-client.ts';
import { authFailure, isRetryableAuthError } from './auth-failure.ts';
import { authSessionSchema, readAccessToken, verifiedFactorIds } from './auth-session.ts';
import type { AuthSession } from './auth-session.ts';
import { createFactorDoor } from './factor-door.ts';
import type { FactorDoor } from './factor-door.ts';
import { openFreshSession } from './fresh-session.ts';
import type { FreshSession } from './fresh-session.ts';

/** Who is signed in, and with which auth session. */
export interface AuthIdentity {
  userId: UserId;
  email: string;
  sessionId: string;
}

/**
 * The one door to Supabase Auth. The session lives in memory; `onChange` hands it out to be sealed
 * under the vault's storage key. Nothing here touches localStorage, the address bar or other tabs.
 */
export interface AuthDoor {
  signUp(input: { email: string; password: string }): Promise<AuthIdentity>;
  signIn(input: { email: string; password: string }): Promise<AuthIdentity>;
  /** Takes up a session that was kept sealed. No request is made. */
  restore(serialized: string): void;
  /** The session as text with the tokens in it, to be sealed; null when signed out. */
  serialized(): string | null;
  /** Null when signed out. */
  identity(): AuthIdentity | null;
  /**
   * A token that is good for at least a minute, refreshed if need be. `rejected`: a token that the
   * relay refused, never to be handed out again. Throws `signed_out`, `session_ended` or a transient error.
   */
  accessToken(rejected?: string): Promise<string>;
  /** Ends the session at the service as well; throws when it cannot be reached. */
  signOut(scope: 'local' | 'global'): Promise<void>;
  /** Forgets the session here only. */
  forget(): void;
  changePassword(input: { current: string; next: string }): Promise<void>;
  /** As the service named it when the session last changed. */
  secondFactor(): SecondFactorStanding;
  readonly factors: FactorDoor;
  /** Takes the account's factors as they are now into the session, after one was removed. */
  renew(): Promise<void>;
  /** How far the service's clock is ahead of this one, from the last answer; 0 where none came yet. */
  serviceAheadMs(): number;
  /** Asks for the login password once more; this session stays as it is. */
  freshSession(input: { email: string; password: string }): Promise<FreshSession>;
}

/** Whether the account has a second factor, and whether this session has given it. */
export interface SecondFactorStanding {
  factorIds: readonly string[];
  /** The account has one and this session has not given it: if the relay demands it, it opens nothing yet. */
  isDue: boolean;
}

/** Refresh when less than this is left. */
const marginMs = 60_000;

export function createAuthDoor(options: {
  transport: Transport;
  /** Wall clock, milliseconds. */
  now: () => number;
  config: () => Promise<ClientConfig>;
  onChange: (serialized: string | null) => void;
}): AuthDoor {
  const { transport, now, config, onChange } = options;
  const makeClient = createAuthClients({ transport, config });
  let stored: string | null = null;
  let client: GoTrueClient | null = null;
  /** When the session was last handed to this process; null for one that was kept. */
  let obtainedAtMs: number | null = null;
  let refreshing: Promise<AuthSession> | null = null;

  const keep = (value: string | null) => {
    if (value === stored) return;
    stored = value;
    obtainedAtMs = now();
    onChange(value);
  };

  const own = async () => (client ??= await makeClient({ read: () => stored, keep }));

  const session = (): AuthSession | null => {
    if (stored === null) return null;
    const parsed = authSessionSchema.safeParse(JSON.parse(stored));
    return parsed.success ? parsed.data : null;
  };

  /** Counted from when it came: a clock that is years off must not refresh before every request. */
  function isFresh({ expires_at, expires_in }: AuthSession): boolean {
    const endsAtMs = obtainedAtMs === null ? expires_at * 1000 : obtainedAtMs + expires_in * 1000;
    return endsAtMs - now() > marginMs;
  }

  function identity(): AuthIdentity | null {
    const current = session();
    if (!current) return null;
    const { sessionId } = readAccessToken(current.access_token);
    return { userId: current.user.id, email: current.user.email ?? '', sessionId };
  }

  async function enter(
    action: (auth: GoTrueClient) => Promise<{ data: { session: unknown }; error: unknown }>,
  ): Promise<AuthIdentity> {
    try {
      const { data, error } = await action(await own());
      if (error) throw authFailure(error);
      const signedIn = data.session ? identity() : null;
      // No session after a sign-up: the service wants the address confirmed first.
      if (!signedIn) throw new ClientError('forbidden');
      return signedIn;
    } catch (error) {
      throw authFailure(error);
    }
  }

  async function refresh(): Promise<AuthSession> {
    try {
      const { error } = await (await own()).refreshSession();
      // The library answers from memory for a minute after a failure; a new one asks again.
      if (isRetryableAuthError(error)) client = null;
      if (error) throw error;
    } catch (error) {
      throw authFailure(error);
    }
    const refreshed = session();
    if (!refreshed) throw new ClientError('session_ended');
    return refreshed;
  }

  return {
    signUp: (input) => enter((auth) => auth.signUp(input)),
    signIn: (input) => enter((auth) => auth.signInWithPassword(input)),
    restore(serialized) {
      stored = serialized;
      obtainedAtMs = null;
      client = null;
    },
    serialized: () => stored,
    identity,
    async accessToken(rejected) {
      const current = session();
      if (!current) throw new ClientError('signed_out');
      if (isFresh(current) && current.access_token !== rejected) return current.access_token;
      refreshing ??= refresh().finally(() => {
        refreshing = null;
      });
      return (await refreshing).access_token;
    },
    async signOut(scope) {
      try {
        const { error } = await (await own()).signOut({ scope });
        if (error) throw error;
      } catch (error) {
        throw authFailure(error);
      }
      keep(null);
      client = null;
    },
    forget() {
      stored = null;
      client = null;
    },
    async changePassword({ current, next }) {
      const email = identity()?.email;
      if (email === undefined) throw new ClientError('signed_out');
      try {
        // The service would take the new password from any live session: ask for the old one first.
        const probe = await openFreshSession({ makeClient, now, email, password: current });
        await probe.end();
        const change = { password: next, current_password: current };
        const { error } = await (await own()).updateUser(change);
        if (error) throw error;
      } catch (error) {
        throw authFailure(error);
      }
    },
    secondFactor() {
      const current = session();
      const factorIds = current ? verifiedFactorIds(current) : [];
      const given = current !== null && readAccessToken(current.access_token).twoFactors;
      return { factorIds, isDue: factorIds.length > 0 && !given };
    },
    factors: createFactorDoor(own),
    renew: async () => void (await refresh()),
    serviceAheadMs() {
      const current = session();
      if (!current || obtainedAtMs === null) return 0;
      const { issuedAtMs } = readAccessToken(current.access_token);
      return issuedAtMs === null ? 0 : issuedAtMs - obtainedAtMs;
    },
    freshSession: (input) => openFreshSession({ makeClient, now, ...input }),
  };
}
