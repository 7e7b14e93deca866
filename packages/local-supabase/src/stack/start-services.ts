import pg from 'pg';
import { createAuthService } from '../auth/index.ts';
import type { AuthService, AuthSettingsInput, OperatorMessage, SigningKey } from '../auth/index.ts';
import type { ApiKeys } from '../gateway/api-keys.ts';
import { createLiveSessions } from '../gateway/live-sessions.ts';
import { startGateway } from '../gateway/start-gateway.ts';
import { findPostgrest } from '../postgrest/find-postgrest.ts';
import { startPostgrest } from '../postgrest/start-postgrest.ts';
import { randomBytes } from 'node:crypto';
import type { RunAs } from '../process/system-user.ts';
import type { StackLog } from './stack-log.ts';

/** What runs in front of a bootstrapped database. */
export interface ServicesOptions {
  /** As `authenticator`. */
  readonly authenticatorUrl: string;
  /** As `supabase_auth_admin`. */
  readonly authAdminUrl: string;
  readonly apiKeys: ApiKeys;
  readonly signingKeys: readonly SigningKey[];
  readonly runAs: RunAs | undefined;
  readonly log: StackLog;
  /** 0 for any. */
  readonly port: number;
  /** Address under which clients reach the gateway; its own by default. Tokens name it. */
  readonly publicUrl?: string;
  readonly auth?: AuthSettingsInput;
  /** Milliseconds since 1970, for the auth service. */
  readonly clock?: () => number;
  readonly onOperatorMessage?: (message: OperatorMessage) => void | Promise<void>;
}

/** PostgREST, auth service and gateway, ready. */
export interface RunningServices {
  readonly url: string;
  readonly port: number;
  /** `iss` of access tokens. */
  readonly issuer: string;
  readonly jwksUrl: string;
  stop(): Promise<void>;
}

const authPoolSize = 10;

/** Starts the three services; what was started is stopped again when one fails. */
export async function startServices(options: ServicesOptions): Promise<RunningServices> {
  const { log } = options;
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    // Made anew at every start and never written down: only these two processes need it.
    const internalSecret = randomBytes(48).toString('base64url');
    const postgrest = await startPostgrest({
      program: await findPostgrest(),
      databaseUrl: options.authenticatorUrl,
      internalSecret,
      runAs: options.runAs,
      log,
    });
    stops.push(() => postgrest.stop());
    const pool = new pg.Pool({ connectionString: options.authAdminUrl, max: authPoolSize });
    pool.on('error', (cause) => log('warn', `Idle database connection lost: ${cause.message}`));
    stops.push(() => pool.end());
    const sessions = createLiveSessions({ pool, databaseUrl: options.authAdminUrl, log });
    stops.push(() => sessions.stop());

    const issuerOf = (url: string): string => `${options.publicUrl ?? url}/auth/v1`;
    let auth: AuthService | undefined;
    stops.push(async () => auth?.close());
    const gateway = await startGateway({
      apiKeys: options.apiKeys,
      issuer: issuerOf,
      signingKeys: options.signingKeys,
      internalSecret,
      postgrest: postgrest.target,
      sessions,
      auth: (url) => {
        auth = createAuthService({
          pool,
          signingKeys: options.signingKeys,
          issuer: issuerOf(url),
          log: ({ level, event, ...details }) => log(level, `${event} ${JSON.stringify(details)}`),
          ...(options.auth && { settings: options.auth }),
          ...(options.clock && { clock: options.clock }),
          ...(options.onOperatorMessage && { onOperatorMessage: options.onOperatorMessage }),
        });
        const service = auth;
        return (request, response) => service.handle(request, response);
      },
      log,
      port: options.port,
    });
    stops.push(() => gateway.stop());
    const { url, port } = gateway;
    return {
      url,
      port,
      issuer: issuerOf(url),
      jwksUrl: `${url}/auth/v1/.well-known/jwks.json`,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
