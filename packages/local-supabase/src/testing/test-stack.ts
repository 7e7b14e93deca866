import type { AuthSettingsInput, OperatorMessage, SigningKey } from '../auth/index.ts';
import { generateApiKey } from '../gateway/api-keys.ts';
import { resolveRunAs } from '../process/system-user.ts';
import { generateSigningKey } from '../stack/signing-key.ts';
import type { StackLog } from '../stack/stack-log.ts';
import { createTestDatabase } from './test-database.ts';
import type { TestDatabase, TestDatabaseOptions } from './test-database.ts';

/** Choices for one test stack. */
export interface TestStackOptions extends TestDatabaseOptions {
  readonly publicUrl?: string;
  /** Settings of the auth service. */
  readonly auth?: AuthSettingsInput;
  /** Milliseconds since 1970, for the auth service only. */
  readonly clock?: () => number;
  readonly onOperatorMessage?: (message: OperatorMessage) => void;
  /** By default nothing is written. */
  readonly log?: StackLog;
  /** Runs before the services start, so that they see what it makes. */
  readonly prepare?: (database: TestDatabase) => Promise<void>;
  /** Gateway port; any free one by default. */
  readonly port?: number;
}

/** A whole stack with a database of its own. */
export interface TestStack {
  /** Base address, as `SUPABASE_URL`. */
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** As `postgres`. */
  readonly databaseUrl: string;
  /** As `supabase_admin`, superuser. */
  readonly adminUrl: string;
  readonly issuer: string;
  readonly jwksUrl: string;
  /** The private key that signs access tokens, for tests that forge them. */
  readonly signingKey: SigningKey;
  readonly database: TestDatabase;
  /** Ends the processes and deletes the database. */
  stop(): Promise<void>;
}

/** Starts gateway, auth service and PostgREST on free ports over a fresh test database. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  // Loaded here, so that tests that want only a database do not wait for the services' modules.
  const { startServices } = await import('../stack/start-services.ts');
  const database = await createTestDatabase(options);
  const { publicUrl, auth, clock, onOperatorMessage } = options;
  const apiKeys = {
    publishableKey: generateApiKey('publishable'),
    secretKey: generateApiKey('secret'),
  };
  const signingKey = generateSigningKey();
  try {
    await options.prepare?.(database);
    const services = await startServices({
      authenticatorUrl: database.urlFor('authenticator'),
      authAdminUrl: database.urlFor('supabase_auth_admin'),
      apiKeys,
      signingKeys: [signingKey],
      runAs: await resolveRunAs(),
      log: options.log ?? (() => undefined),
      port: options.port ?? 0,
      ...(publicUrl !== undefined && { publicUrl }),
      ...(auth && { auth }),
      ...(clock && { clock }),
      ...(onOperatorMessage && { onOperatorMessage }),
    });
    return {
      url: services.url,
      ...apiKeys,
      databaseUrl: database.databaseUrl,
      adminUrl: database.adminUrl,
      issuer: services.issuer,
      jwksUrl: services.jwksUrl,
      signingKey,
      database,
      stop: async () => {
        await services.stop();
        await database.drop();
      },
    };
  } catch (cause) {
    await database.drop();
    throw cause;
  }
}
