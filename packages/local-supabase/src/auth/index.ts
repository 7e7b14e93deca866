/**
 * The auth service of the embedded stack: the part of Supabase Auth's HTTP API that `supabase-js`
 * uses, on the same tables. See docs/auth.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import type { Pool } from 'pg';
import { z } from 'zod';
import { createAccessTokens } from './access-tokens.ts';
import type { AuthContext, AuthLogEntry, OperatorMessage } from './context.ts';
import { createHttpServer } from './http-server.ts';
import { OneTimeTokens } from './one-time-tokens.ts';
import { createPasswordHasher } from './passwords.ts';
import type { PasswordHasher } from './passwords.ts';
import { RateLimits } from './rate-limits.ts';
import { registerRoutes } from './routes/index.ts';
import { startSweeping } from './sweep.ts';
import { authSettingsSchema } from './settings.ts';
import type { AuthSettingsInput } from './settings.ts';
import { importKeyRing, publicKeySet, signingKeysSchema } from './signing-keys.ts';
import type { JwkSet, SigningKey } from './signing-keys.ts';

export { GATEWAY_ROLE_HEADER } from './caller.ts';
export type { AuthLogEntry, OperatorMessage } from './context.ts';
export { createPasswordHasher } from './passwords.ts';
export type { AuthSettingsInput } from './settings.ts';
export type { SigningKey } from './signing-keys.ts';

/** What an auth service needs from its surroundings. */
export interface AuthServiceOptions {
  /** Connected as supabase_auth_admin, or a role that may act for it. The service never ends it. */
  pool: Pool;
  /** The first signs; all are published and accepted. */
  signingKeys: readonly SigningKey[];
  /** `<public url>/auth/v1`, without a slash at the end. */
  issuer: string;
  settings?: AuthSettingsInput;
  /** Milliseconds since 1970. */
  clock?: () => number;
  log?: (entry: AuthLogEntry) => void;
  /** Receives what would be mailed. Without it, codes and links reach nobody. */
  onOperatorMessage?: (message: OperatorMessage) => void | Promise<void>;
  passwordHasher?: PasswordHasher;
}

/** A running auth service. */
export interface AuthService {
  /**
   * Answers one request, exactly once; resolves when the answer is out or the client is gone.
   *
   * `request.url` is without `/auth/v1`. The caller guarantees that `x-sotto-gateway-role` is its own:
   * `service_role` for the secret key, else `anon`.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The public keys that verify access tokens. */
  jwks(): JwkSet;
  /** Refuses further requests and ends the hourly sweep of expired rows. */
  close(): Promise<void>;
}

/** Makes an auth service. Throws a `ZodError` for settings or keys that cannot work. */
export function createAuthService(options: AuthServiceOptions): AuthService {
  const clock = options.clock ?? Date.now;
  const issuer = z.url().parse(options.issuer).replace(/\/+$/, '');
  const settings = authSettingsSchema.parse(options.settings);
  const signingKeys = signingKeysSchema.parse(options.signingKeys);
  const jwks = publicKeySet(signingKeys);
  const keyRing = importKeyRing(signingKeys);
  const context: AuthContext = {
    pool: options.pool,
    issuer,
    siteUrl: settings.siteUrl ?? `${new URL(issuer).origin}/`,
    settings,
    accessTokens: createAccessTokens(keyRing, issuer, clock),
    oneTimeTokens: new OneTimeTokens(
      signingKeys,
      settings.otpLength,
      settings.otpExpirySeconds * 1000,
    ),
    passwords: options.passwordHasher ?? createPasswordHasher(settings.passwordHashConcurrency),
    limits: new RateLimits(settings.rateLimits, clock),
    jwks,
    clock,
    log: options.log ?? (() => undefined),
    onOperatorMessage: options.onOperatorMessage ?? (() => undefined),
  };
  const app = createHttpServer(context);
  registerRoutes(app, context);
  const ready = app.ready();
  const stopSweeping = startSweeping(context);

  return {
    async handle(request, response) {
      await ready;
      app.routing(request, response);
      await finished(response).catch(() => undefined);
    },
    jwks: () => jwks,
    close: async () => {
      stopSweeping();
      await app.close();
    },
  };
}
