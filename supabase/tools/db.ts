/**
 * `npm run db -- push | list | advisors | types | new <name>`: the Supabase CLI on an embedded
 * throw-away database, or on the one given by `--remote=<postgresql url>`.
 */
import { writeFile } from 'node:fs/promises';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import { generateTypes, typesFile } from './generated-types.ts';
import { runSupabaseCli } from './supabase-cli.ts';

const usage = `npm run db -- <command> [--remote=<postgresql url>]

  push          apply the migrations that are missing
  list          which migrations the folder and the database have
  advisors      security and performance advice; a warning is a failure
  types         write supabase/database.types.ts
  new <name>    an empty migration, named as verb_object

Without --remote: an embedded database that is thrown away afterwards.
`;

const exitUsage = 64;

async function onDatabase(
  remote: string | undefined,
  migrations: boolean,
  work: (databaseUrl: string) => Promise<number>,
): Promise<number> {
  if (remote !== undefined) return await work(remote);
  const database = await createTestDatabase({ migrations });
  try {
    return await work(database.databaseUrl);
  } finally {
    await database.drop();
  }
}

const show = async (...cliArguments: string[]): Promise<number> =>
  (await runSupabaseCli(cliArguments, 'inherit')).exitCode;

async function main(words: string[]): Promise<number> {
  const remote = words.find((word) => word.startsWith('--remote='))?.slice('--remote='.length);
  const [command, name, ...more] = words.filter((word) => !word.startsWith('--remote='));
  const allowedWords = command === 'new' ? 2 : 1;
  if (words.length - (remote === undefined ? 0 : 1) !== allowedWords || more.length > 0) {
    process.stderr.write(usage);
    return exitUsage;
  }
  switch (command) {
    case 'push':
      // A given database is somebody's: the CLI asks before it changes it.
      return await onDatabase(remote, false, (url) =>
        show('db', 'push', `--remote=${url}`, ...(remote === undefined ? ['--yes'] : [])),
      );
    case 'list':
      return await onDatabase(remote, true, (url) => show('migration', 'list', `--remote=${url}`));
    case 'advisors':
      return await onDatabase(remote, true, (url) =>
        show('db', 'advisors', `--remote=${url}`, '--level=info', '--fail-on=warn'),
      );
    case 'types':
      return await onDatabase(remote, true, async (url) => {
        await writeFile(typesFile, await generateTypes(url));
        process.stdout.write(`${typesFile}\n`);
        return 0;
      });
    case 'new':
      return await show('migration', 'new', name as string);
    default:
      process.stderr.write(usage);
      return exitUsage;
  }
}

process.exitCode = await main(process.argv.slice(2));
