/**
 * The one module that reads the environment. Every mistake is named at once, in the words of the
 * variable it is about; the values themselves are never repeated, some of them are secrets.
 */
import { z } from 'zod';

const origin = z
  .string()
  .refine((text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol), {
    message: 'expected an http or https address',
  })
  .transform((text) => new URL(text));

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part.length > 0),
  );

const yesOrNo = z
  .enum(['true', 'false'], 'expected true or false')
  .default('true')
  .transform((text) => text === 'true');

const portWords = 'expected a port from 0 (any free one) to 65535';

const environmentSchema = z.object({
  PORT: z.coerce
    .number(portWords)
    .pipe(z.int(portWords).min(0, portWords).max(65_535, portWords))
    .default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  SOTTO_DATA_DIR: z.string().min(1).default('./data'),
  SUPABASE_URL: origin.optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().min(1).optional(),
  SUPABASE_ANON_KEY: z.string().min(1).optional(),
  SUPABASE_SECRET_KEY: z.string().min(1).optional(),
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1).optional(),
  SUPABASE_JWT_SECRET: z.string().min(32, 'expected at least 32 characters').optional(),
  SUPABASE_JWT_ISSUER: origin.optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgres://…')
    .optional(),
  PUBLIC_URL: origin.optional(),
  ALLOWED_ORIGINS: list.pipe(z.array(origin)),
  TRUSTED_PROXIES: list,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  AUTH_SIGNUP: yesOrNo,
  AUTH_GUESTS: yesOrNo,
  AUTH_AUTOCONFIRM: yesOrNo,
  METRICS_TOKEN: z.string().min(16, 'expected at least 16 characters').optional(),
});

/** Every variable the relay reads. */
export const environmentVariables = Object.keys(environmentSchema.shape);

/** What single variables cannot say; looked at beside their own mistakes, not after them. */
function contradictions(given: Record<string, string | undefined>): string[] {
  const either = (...names: string[]) => names.some((name) => given[name] !== undefined);
  const mistakes: string[] = [];
  if (given['SUPABASE_URL'] === undefined) {
    for (const name of ['DATABASE_URL', 'SUPABASE_SECRET_KEY', 'SUPABASE_SERVICE_ROLE_KEY']) {
      if (given[name] !== undefined) {
        mistakes.push(`${name}: only with SUPABASE_URL; the embedded Supabase has its own`);
      }
    }
    return mistakes;
  }
  for (const name of ['AUTH_SIGNUP', 'AUTH_GUESTS', 'AUTH_AUTOCONFIRM']) {
    if (given[name] !== undefined) {
      mistakes.push(`${name}: only without SUPABASE_URL; that Supabase has its own settings`);
    }
  }
  if (!either('SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_ANON_KEY')) {
    mistakes.push('SUPABASE_PUBLISHABLE_KEY: needed with SUPABASE_URL');
  }
  if (!either('SUPABASE_SECRET_KEY', 'SUPABASE_SERVICE_ROLE_KEY')) {
    mistakes.push('SUPABASE_SECRET_KEY: needed with SUPABASE_URL');
  }
  return mistakes;
}

/** Where a Supabase is, and how to use it. */
export interface SupabaseConfig {
  /** Base of `/auth/v1` and `/rest/v1` as the relay reaches it; no slash at the end. */
  url: string;
  publishableKey: string;
  secretKey: string;
  /** `iss` of its access tokens; `<url>/auth/v1` unless given. */
  issuer?: string | undefined;
  /** Accepts HS256 tokens of this secret beside ES256; for old self-hosted instances only. */
  jwtSecret?: string | undefined;
  /** Direct connection for the append path. */
  databaseUrl?: string | undefined;
}

/** The environment, checked. */
export interface RelayConfig {
  port: number;
  host: string;
  dataDirectory: string;
  /** Absent: the relay starts the embedded stack. */
  supabase: SupabaseConfig | undefined;
  /** What the embedded auth service allows. */
  auth: { allowSignup: boolean; allowAnonymous: boolean; autoconfirm: boolean };
  publicUrl: string | undefined;
  allowedOrigins: string[];
  trustedProxies: string[];
  logLevel: z.output<typeof environmentSchema>['LOG_LEVEL'];
  metricsToken: string | undefined;
}

/** Names every mistake in the environment, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad_environment';
  constructor(mistakes: readonly string[]) {
    super(`The environment has mistakes:\n${mistakes.map((m) => `  ${m}`).join('\n')}`);
  }
}

/** Reads the environment; an empty variable counts as absent. */
export function readConfig(environment: Record<string, string | undefined>): RelayConfig {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  const mistakes = [
    ...(parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []),
    ...contradictions(given),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes);
  const env = parsed.data;
  return {
    port: env.PORT,
    host: env.HOST,
    dataDirectory: env.SOTTO_DATA_DIR,
    supabase: env.SUPABASE_URL && {
      url: withoutSlash(env.SUPABASE_URL),
      publishableKey: env.SUPABASE_PUBLISHABLE_KEY ?? env.SUPABASE_ANON_KEY ?? '',
      secretKey: env.SUPABASE_SECRET_KEY ?? env.SUPABASE_SERVICE_ROLE_KEY ?? '',
      issuer: env.SUPABASE_JWT_ISSUER && withoutSlash(env.SUPABASE_JWT_ISSUER),
      jwtSecret: env.SUPABASE_JWT_SECRET,
      databaseUrl: env.DATABASE_URL,
    },
    auth: {
      allowSignup: env.AUTH_SIGNUP,
      allowAnonymous: env.AUTH_GUESTS,
      autoconfirm: env.AUTH_AUTOCONFIRM,
    },
    publicUrl: env.PUBLIC_URL?.origin,
    allowedOrigins: env.ALLOWED_ORIGINS.map((url) => url.origin),
    trustedProxies: env.TRUSTED_PROXIES,
    logLevel: env.LOG_LEVEL,
    metricsToken: env.METRICS_TOKEN,
  };
}

const withoutSlash = (url: URL) => url.href.replace(/\/+$/, '');
