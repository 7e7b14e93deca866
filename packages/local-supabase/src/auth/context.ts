import type { Pool } from 'pg';
import type { AccessTokens } from './access-tokens.ts';
import type { OneTimeTokens } from './one-time-tokens.ts';
import type { PasswordHasher } from './passwords.ts';
import type { RateLimits } from './rate-limits.ts';
import type { AuthSettings } from './settings.ts';
import type { JwkSet } from './signing-keys.ts';

/**
 * A link or code that would be mailed, handed to whoever runs the instance.
 *
 * It is a secret until `expiresAt`: show it on the terminal, keep it out of logs.
 */
export interface OperatorMessage {
  kind: 'signup' | 'invite' | 'magiclink' | 'recovery' | 'email_change' | 'reauthentication';
  /** Whom the message is meant for. */
  email: string;
  code: string;
  /** Absent for reauthentication, which has a code only. */
  link?: string;
  expiresAt: Date;
}

/** A line for the log: an event name and plain values, never a secret, address or email. */
export interface AuthLogEntry {
  level: 'info' | 'warn' | 'error';
  event: string;
  [detail: string]: string | number | boolean | undefined;
}

/** What every route works with. */
export interface AuthContext {
  pool: Pool;
  issuer: string;
  siteUrl: string;
  settings: AuthSettings;
  accessTokens: AccessTokens;
  oneTimeTokens: OneTimeTokens;
  passwords: PasswordHasher;
  limits: RateLimits;
  jwks: JwkSet;
  clock: () => number;
  log: (entry: AuthLogEntry) => void;
  onOperatorMessage: (message: OperatorMessage) => void | Promise<void>;
}
