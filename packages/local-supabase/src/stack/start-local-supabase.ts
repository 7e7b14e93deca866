/**
 * The whole embedded stack over one data directory:
 *
 *     <dataDir>/.env          secrets, made at the first start
 *     <dataDir>/postgres/     the database
 *     <dataDir>/postgres.log  its messages
 *     <dataDir>/stack.lock    held while the stack runs
 */
import { access, chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AuthSettingsInput, OperatorMessage } from '../auth/index.ts';
import { LocalSupabaseError } from '../errors.ts';
import { applyMigrations } from '../migrations/apply-migrations.ts';
import { findPostgresBinaries } from '../postgres/binaries.ts';
import { bootstrapDatabase, readBootstrapFiles } from '../postgres/bootstrap.ts';
import type { RolePasswords } from '../postgres/bootstrap.ts';
import { connectionUrl } from '../postgres/connection-url.ts';
import { initialiseCluster } from '../postgres/initialise-cluster.ts';
import { assertReachable } from '../process/path-access.ts';
import { findFreePort } from '../process/free-port.ts';
import { resolveRunAs } from '../process/system-user.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import { readOrCreateSecrets } from './secrets-file.ts';
import type { Secrets } from './secrets-file.ts';
import type { StackLog } from './stack-log.ts';
import { startServices } from './start-services.ts';
import type { RunningServices } from './start-services.ts';
import { supervisePostgres } from './supervised-postgres.ts';

/** Where the stack lives and how it is reached. */
export interface LocalSupabaseOptions {
  readonly dataDir: string;
  /** Gateway port. Without it 54321 is tried first and any free one is used when that is taken. */
  readonly port?: number;
  /** PostgreSQL port that is tried first; 54322 by default. */
  readonly databasePort?: number;
  /** Address of the web client: where links in messages lead. */
  readonly siteUrl: string;
  /** Address under which clients reach the gateway, when not its own; access tokens name it. */
  readonly publicUrl?: string;
  /** Migrations to apply at start; none without it. */
  readonly migrationsDir?: string;
  readonly log: StackLog;
  /** Settings of the auth service besides `siteUrl`. */
  readonly auth?: AuthSettingsInput;
  /** Receives codes and links that would be mailed. */
  readonly onOperatorMessage?: (message: OperatorMessage) => void | Promise<void>;
}

/** A running stack. */
export interface LocalSupabase {
  /** Base address, as `SUPABASE_URL`. */
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** As `postgres`. */
  readonly databaseUrl: string;
  /** As `supabase_admin`, superuser: for backups and repairs. */
  readonly adminUrl: string;
  /** `iss` of access tokens. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /** Versions of the migrations applied by this start. */
  readonly appliedMigrations: readonly string[];
  /** Ends all parts in order; the database shuts down fast and clean. */
  stop(): Promise<void>;
}

const defaultGatewayPort = 54_321;
const defaultDatabasePort = 54_322;

/**
 * Starts PostgreSQL, brings roles, auth schema and migrations up to date, then starts PostgREST, the
 * auth service and the gateway, all on 127.0.0.1.
 *
 * @throws LocalSupabaseError see its codes; whatever was started is stopped again.
 */
export async function startLocalSupabase(options: LocalSupabaseOptions): Promise<LocalSupabase> {
  const dataDir = resolve(options.dataDir);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    await prepareFolder(dataDir);
    stops.push(await lockDataDirectory(dataDir));
    const { port: databasePort, secrets } = await startDatabase(options, dataDir, stops);
    const url = (role: keyof RolePasswords): string =>
      connectionUrl({
        role,
        password: passwordsOf(secrets)[role],
        port: databasePort,
        database: 'postgres',
      });
    const updated = await bootstrapDatabase(
      url('supabase_admin'),
      await readBootstrapFiles(),
      passwordsOf(secrets),
    );
    if (updated.length > 0) options.log('info', `Database prepared: ${updated.join(', ')}`);
    const databaseUrl = url('postgres');
    const appliedMigrations =
      options.migrationsDir === undefined
        ? []
        : await applyMigrations({ databaseUrl, directory: options.migrationsDir });
    const services = await startFrontServices(options, secrets, url);
    stops.push(() => services.stop());
    return {
      url: services.url,
      publishableKey: secrets.SUPABASE_PUBLISHABLE_KEY,
      secretKey: secrets.SUPABASE_SECRET_KEY,
      databaseUrl,
      adminUrl: url('supabase_admin'),
      issuer: services.issuer,
      jwksUrl: services.jwksUrl,
      appliedMigrations,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

async function prepareFolder(dataDir: string): Promise<void> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o711 });
    // The umask may have taken away the right to pass through.
    if (made !== undefined) await chmod(dataDir, 0o711);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const reason = folderTroubles[code] ?? code;
    throw new LocalSupabaseError('path_unreachable', `Cannot make ${dataDir}: ${reason}`, cause);
  }
}

const folderTroubles: Record<string, string> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EEXIST: 'a file of that name is there',
  ENOTDIR: 'a file stands where a folder should be',
  ENOENT: 'the place does not take folders',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

async function startDatabase(
  options: LocalSupabaseOptions,
  dataDir: string,
  stops: (() => Promise<void>)[],
): Promise<{ port: number; secrets: Secrets }> {
  const directory = join(dataDir, 'postgres');
  const [runAs, binaries, exists] = await Promise.all([
    resolveRunAs(),
    findPostgresBinaries(),
    access(directory).then(
      () => true,
      () => false,
    ),
  ]);
  await assertReachable(binaries.root, 'node_modules', runAs);
  await assertReachable(dataDir, 'The data directory', runAs);
  const secrets = await readOrCreateSecrets(dataDir, exists);
  const adminPassword = secrets.SUPABASE_ADMIN_PASSWORD;
  if (await initialiseCluster({ binaries, directory, adminPassword, runAs })) {
    options.log('info', `Made a new database in ${directory}`);
  }
  const server = await supervisePostgres(
    {
      binaries,
      directory,
      logFile: join(dataDir, 'postgres.log'),
      runAs,
      adminPassword,
      preferredPort: options.databasePort ?? defaultDatabasePort,
    },
    options.log,
  );
  stops.push(() => server.stop());
  return { port: server.port, secrets };
}

async function startFrontServices(
  options: LocalSupabaseOptions,
  secrets: Secrets,
  url: (role: keyof RolePasswords) => string,
): Promise<RunningServices> {
  return await startServices({
    authenticatorUrl: url('authenticator'),
    authAdminUrl: url('supabase_auth_admin'),
    apiKeys: {
      publishableKey: secrets.SUPABASE_PUBLISHABLE_KEY,
      secretKey: secrets.SUPABASE_SECRET_KEY,
    },
    signingKeys: secrets.JWT_KEYS,
    runAs: await resolveRunAs(),
    log: options.log,
    port: options.port ?? (await findFreePort(defaultGatewayPort)),
    auth: { ...options.auth, siteUrl: options.siteUrl },
    ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
    ...(options.onOperatorMessage && { onOperatorMessage: options.onOperatorMessage }),
  });
}

const passwordsOf = (secrets: Secrets): RolePasswords => ({
  supabase_admin: secrets.SUPABASE_ADMIN_PASSWORD,
  postgres: secrets.POSTGRES_PASSWORD,
  authenticator: secrets.AUTHENTICATOR_PASSWORD,
  supabase_auth_admin: secrets.SUPABASE_AUTH_ADMIN_PASSWORD,
});
