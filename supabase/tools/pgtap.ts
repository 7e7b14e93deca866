import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const packages = ['postgresql-15-pgtap', 'postgresql-17-pgtap'];
const cache = join(tmpdir(), 'sotto-pgtap');
const script = /^pgtap--\d+\.\d+\.\d+\.sql$/;
const downloadTimeoutMs = 20_000;

/** The SQL that defines pgTAP, or why it cannot be had here. */
export type Pgtap = { sql: string } | { missing: string };

/**
 * Finds pgTAP's SQL: installed with PostgreSQL, fetched before, or in Debian's package, which is
 * unpacked into a temporary folder and not installed. npm has no package of it.
 */
export async function findPgtap(): Promise<Pgtap> {
  const found = (await findIn('/usr/share/postgresql')) ?? (await findIn(cache));
  if (found !== undefined) return { sql: found };
  for (const name of packages) {
    const folder = await mkdtemp(join(tmpdir(), 'sotto-pgtap-'));
    try {
      const options = { cwd: folder, timeout: downloadTimeoutMs };
      await run('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', name], options);
      const [file = ''] = await readdir(folder);
      await run('dpkg-deb', ['-x', file, 'unpacked'], options);
      await rename(join(folder, 'unpacked', 'usr', 'share', 'postgresql'), cache).catch(
        () => undefined,
      );
      const sql = await findIn(cache);
      if (sql !== undefined) return { sql };
    } catch {
      // Not Debian, no package lists, or no network: the caller says so.
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { missing: `pgTAP is not here and apt-get cannot fetch ${packages.join(' or ')}` };
}

async function findIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const name = names.find((path) => script.test(path.split('/').at(-1) ?? ''));
  return name === undefined ? undefined : await readFile(join(folder, name), 'utf8');
}
