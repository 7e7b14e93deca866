/**
 * `npm run db -- push | list | advisors | types | new <name>`: the Supabase CLI on an embedded
 * throw-away database, or on the one given by `--remote=<postgresql url>`.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import { generateTypes, typesFile } from './generated-types.ts';
import { runSupabaseCli } from './supabase-cli.ts';

const usage = `npm run db -- <command> [--remote=<postgresql url>] [--yes]

  push          apply the migrations that are missing; asks before it changes a given database
  list          which migrations the folder and the database have
  advisors      security and performance advice; a warning is a failure
  types         write supabase/database.types.ts
  new <name>    an empty migration, named as verb_object

Without --remote: an embedded database that is thrown away afterwards.
`;

const exitUsage = 64;

type Work = (databaseUrl: string) => Promise<number>;

async function onDatabase(remote: string | undefined, migrations: boolean, work: Work) {
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

async function run(words: string[], remote: string | undefined, yes: boolean): Promise<number> {
  switch (words.join(' ')) {
    case 'push':
      return await onDatabase(remote, false, (url) =>
        show('db', 'push', `--remote=${url}`, ...(yes || remote === undefined ? ['--yes'] : [])),
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
    default:
      if (words[0] === 'new' && /^[a-z]+(_[a-z0-9]+)+$/.test(words[1] ?? '') && !words[2]) {
        return await show('migration', 'new', words[1] as string);
      }
      process.stderr.write(usage);
      return exitUsage;
  }
}

async function main(): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { remote: { type: 'string' }, yes: { type: 'boolean', default: false } },
    });
    return await run(positionals, values.remote, values.yes);
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) throw error;
    process.stderr.write(usage);
    return exitUsage;
  }
}

process.exitCode = await main();
