/**
 * The secrets of one instance, in `<data directory>/.env` with mode 0600. The names are those of
 * Supabase's self-hosted `.env` where it has one, so that the values can move there.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { publicKeySet, signingKeySchema } from '../auth/signing-keys.ts';
import { LocalSupabaseError } from '../errors.ts';
import { generateApiKey } from '../gateway/api-keys.ts';
import { generateSigningKey } from './signing-key.ts';

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});
const password = z.string().min(16);

const secretsSchema = z.object({
  POSTGRES_PASSWORD: password,
  SUPABASE_ADMIN_PASSWORD: password,
  AUTHENTICATOR_PASSWORD: password,
  SUPABASE_AUTH_ADMIN_PASSWORD: password,
  SUPABASE_PUBLISHABLE_KEY: z.string().startsWith('sb_publishable_'),
  SUPABASE_SECRET_KEY: z.string().startsWith('sb_secret_'),
  JWT_KEYS: json.pipe(z.array(signingKeySchema).min(1)),
});

/** Checked content of the secrets file. */
export type Secrets = z.infer<typeof secretsSchema>;

/**
 * Reads the secrets, or makes them when there are none and no database that would need the old ones.
 *
 * @throws LocalSupabaseError `data_directory_unusable`, naming the settings that are missing or wrong.
 */
export async function readOrCreateSecrets(
  dataDir: string,
  databaseExists: boolean,
): Promise<Secrets> {
  const file = join(dataDir, '.env');
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new LocalSupabaseError('data_directory_unusable', `${file} cannot be read`, cause);
  });
  if (text === undefined) {
    if (databaseExists) {
      throw new LocalSupabaseError(
        'data_directory_unusable',
        `${file} is missing, but ${dataDir} holds a database that was made with its passwords. Restore it from a backup.`,
      );
    }
    await writeDurably(file, newSecretsFile());
    return await readOrCreateSecrets(dataDir, false);
  }
  const parsed = secretsSchema.safeParse(parseEnvironmentFile(text));
  if (parsed.success) return parsed.data;
  // Names only: the issues of a JSON value could quote a private key.
  const wrong = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', ');
  throw new LocalSupabaseError('data_directory_unusable', `${file}: missing or wrong: ${wrong}`);
}

function newSecretsFile(): string {
  const key = generateSigningKey();
  const secret = (): string => randomBytes(24).toString('base64url');
  return `# Secrets of this instance. Keep this file with the database; keep it private.
POSTGRES_PASSWORD=${secret()}
SUPABASE_ADMIN_PASSWORD=${secret()}
AUTHENTICATOR_PASSWORD=${secret()}
SUPABASE_AUTH_ADMIN_PASSWORD=${secret()}
SUPABASE_PUBLISHABLE_KEY=${generateApiKey('publishable')}
SUPABASE_SECRET_KEY=${generateApiKey('secret')}
JWT_KEYS='${JSON.stringify([{ ...key, alg: 'ES256', use: 'sig', key_ops: ['sign', 'verify'] }])}'
JWT_JWKS='${JSON.stringify(publicKeySet([key]))}'
`;
}

/** Lines `NAME=value`, the value optionally in single or double quotes; `#` starts a comment line. */
function parseEnvironmentFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^\s*([A-Z0-9_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) values[name] = value.replace(/^(['"])(.*)\1$/, '$2');
  }
  return values;
}

async function writeDurably(file: string, text: string): Promise<void> {
  const draft = `${file}.draft`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
