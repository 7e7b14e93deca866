import {
  readFile,
  readdir,
  mkdtemp,
  rm,
  stat,
  unlink,
  writeFile,
  chmod,
  mkdir,
} from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLocalSupabase } from '../../src/index.ts';
import type { LocalSupabase, LocalSupabaseOptions } from '../../src/index.ts';
import { readPostmaster } from '../../src/postgres/postmaster-pid.ts';
import { isAlive } from '../../src/process/is-alive.ts';
import { spawnStack, startStackProcess } from './stack-process.ts';

let home: string;
let dataDir: string;
const running = new Set<LocalSupabase>();

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sotto-stack-'));
  await chmod(home, 0o711);
  dataDir = join(home, 'data');
});
afterEach(async () => {
  for (const stack of running) await stack.stop();
  running.clear();
});
afterAll(async () => {
  await rm(home, { recursive: true });
});

const options = (more: Partial<LocalSupabaseOptions> = {}): LocalSupabaseOptions => ({
  dataDir,
  port: 0,
  databasePort: 0,
  siteUrl: 'http://localhost:4000',
  log: () => undefined,
  ...more,
});
const start = async (more: Partial<LocalSupabaseOptions> = {}): Promise<LocalSupabase> => {
  const stack = await startLocalSupabase(options(more));
  running.add(stack);
  return stack;
};
const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
};
const answers = async ({ url, publishableKey }: Pick<LocalSupabase, 'url' | 'publishableKey'>) => {
  const headers = { apikey: publishableKey };
  const [rest, auth] = await Promise.all([
    fetch(`${url}/rest/v1/missing`, { headers }),
    fetch(`${url}/auth/v1/health`, { headers }),
  ]);
  return [rest.status, auth.status];
};

describe('a stack over a data directory', () => {
  it('starts from nothing, stops without a trace, and keeps data and keys', async () => {
    const first = await start();
    const postmaster = await readPostmaster(join(dataDir, 'postgres'));
    await query(first.databaseUrl, 'create table kept (id int); insert into kept values (1)');
    expect(await answers(first)).toEqual([404, 200]);
    await first.stop();
    running.delete(first);

    const begin = performance.now();
    const second = await start();
    process.stdout.write(`warm start: ${Math.round(performance.now() - begin)} ms\n`);

    expect(isAlive(postmaster?.pid ?? 0)).toBe(false);
    expect(second.publishableKey).toBe(first.publishableKey);
    expect(second.secretKey).toBe(first.secretKey);
    expect(await query(second.databaseUrl, 'select id from kept')).toEqual([{ id: 1 }]);
    expect(await answers(second)).toEqual([404, 200]);
  });

  it('writes commits to disk before it confirms them', async () => {
    const { adminUrl } = await start();

    const rows = await query(
      adminUrl,
      `select name, setting from pg_settings
       where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums') order by 1`,
    );

    expect(rows.map(({ setting }) => setting)).toEqual(['on', 'on', 'on', 'on']);
  });

  it('keeps its secrets private', async () => {
    const { publishableKey, secretKey } = await start();

    const { mode } = await stat(join(dataDir, '.env'));
    const database = await stat(join(dataDir, 'postgres'));

    expect(mode & 0o777).toBe(0o600);
    expect(database.mode & 0o777).toBe(0o700);
    expect(publishableKey).toMatch(/^sb_publishable_[\w-]{22}_[\w-]{8}$/);
    expect(secretKey).toMatch(/^sb_secret_[\w-]{22}_[\w-]{8}$/);
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).not.toContain(secretKey);
    expect(log).not.toMatch(/alter role/i);
  });

  it('stores no secret outside its secrets file', async () => {
    const stack = await start();
    await query(stack.adminUrl, 'select * from extensions.pg_stat_statements');
    await stack.stop();
    running.delete(stack);
    const settings = await readFile(join(dataDir, '.env'), 'utf8');
    const secrets = [...settings.matchAll(/^(?:\w+_PASSWORD|SUPABASE_SECRET_KEY)=(.+)$/gm)];
    const privateKey = /"d":"([^"]+)"/.exec(settings);
    const values = [...secrets, privateKey].map((match) => match?.[1] ?? '');

    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && entry.name !== '.env');
    const leaks: string[] = [];
    for (const { parentPath, name } of files) {
      const content = await readFile(join(parentPath, name));
      if (values.some((value) => content.includes(value))) leaks.push(join(parentPath, name));
    }

    expect(values).toHaveLength(6);
    expect(values.every((value) => value.length >= 32)).toBe(true);
    expect(files.length).toBeGreaterThan(900);
    expect(leaks).toEqual([]);
  });

  it('refuses a second start on the same directory, naming who holds it', async () => {
    await start();

    await expect(startLocalSupabase(options())).rejects.toMatchObject({
      code: 'data_directory_in_use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('refuses a gateway port that is taken and leaves nothing running', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;

    await expect(startLocalSupabase(options({ port }))).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(String(port)),
    });

    blocker.close();
    expect(await readPostmaster(join(dataDir, 'postgres'))).toBeUndefined();
  });

  it('takes another database port when the usual one is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;

    const stack = await start({ databasePort: port });

    blocker.close();
    expect(new URL(stack.databaseUrl).port).not.toBe(String(port));
    expect(await answers(stack)).toEqual([404, 200]);
  });

  it('applies new migrations at the next start', async () => {
    const migrationsDir = join(home, 'migrations');
    await mkdir(migrationsDir);
    await writeFile(join(migrationsDir, '20260101000000_one.sql'), 'create table one (id int);');
    const first = await start({ migrationsDir });
    await first.stop();
    running.delete(first);
    await writeFile(
      join(migrationsDir, '20260102000000_two.sql'),
      'grant select on one to anon; create policy "All" on one for select to anon using (true);',
    );

    const second = await start({ migrationsDir });
    const response = await fetch(`${second.url}/rest/v1/one`, {
      headers: { apikey: second.publishableKey },
    });

    expect(first.appliedMigrations).toEqual(['20260101000000']);
    expect(second.appliedMigrations).toEqual(['20260102000000']);
    expect(await response.json()).toEqual([]);
  });

  it('starts PostgreSQL again when it dies', async () => {
    const stack = await start();
    const before = await readPostmaster(join(dataDir, 'postgres'));
    process.kill(before?.pid ?? 0, 'SIGKILL');

    await expect
      .poll(() => query(stack.databaseUrl, 'select 1 as up').catch(() => []), { timeout: 20_000 })
      .toEqual([{ up: 1 }]);
    await expect.poll(() => answers(stack), { timeout: 20_000 }).toEqual([404, 200]);
  });

  it('does not make new secrets for an old database', async () => {
    const file = join(dataDir, '.env');
    const secrets = await readFile(file, 'utf8');
    await unlink(file);

    await expect(startLocalSupabase(options())).rejects.toMatchObject({
      code: 'data_directory_unusable',
      message: expect.stringContaining('.env'),
    });

    await writeFile(file, secrets.replace(/^JWT_KEYS=.*$/m, 'JWT_KEYS=[]'), { mode: 0o600 });
    await expect(startLocalSupabase(options())).rejects.toMatchObject({
      code: 'data_directory_unusable',
      message: expect.stringMatching(/JWT_KEYS$/),
    });
    await writeFile(
      file,
      secrets.replace(/^(SUPABASE_ADMIN_PASSWORD=).*$/m, '$1another-password-here'),
    );
    await expect(startLocalSupabase(options())).rejects.toMatchObject({
      code: 'data_directory_unusable',
      message: expect.stringContaining('do not fit'),
    });
    await writeFile(file, secrets, { mode: 0o600 });
  });
});

describe('a stack whose process is killed with SIGKILL', () => {
  it('loses no committed row, leaves no process, and starts again', async () => {
    const child = await startStackProcess(options());
    const client = new pg.Client(child.stack.databaseUrl);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table survivors (id int)');
    let confirmed = 0;
    const writing = (async () => {
      for (;;) {
        await client.query('insert into survivors values ($1)', [confirmed]);
        confirmed++;
      }
    })().catch(() => undefined);
    const postmaster = await readPostmaster(join(dataDir, 'postgres'));
    await expect.poll(() => confirmed, { timeout: 10_000 }).toBeGreaterThan(20);

    // Both at once, as in a power cut: the server gets no chance to shut down.
    process.kill(postmaster?.pid ?? 0, 'SIGKILL');
    await child.end('SIGKILL');
    await writing;
    const again = await start();
    const [row] = await query(again.databaseUrl, 'select count(*)::int as rows from survivors');

    expect(row?.['rows']).toBeGreaterThanOrEqual(confirmed);
    expect(await answers(again)).toEqual([404, 200]);
  });

  it('ends its children by itself', async () => {
    const child = await startStackProcess(options());
    const postmaster = await readPostmaster(join(dataDir, 'postgres'));

    await child.end('SIGKILL');

    await expect
      .poll(() => isAlive(postmaster?.pid ?? 0), { timeout: 10_000, interval: 100 })
      .toBe(false);
    await expect
      .poll(() => readPostmaster(join(dataDir, 'postgres')), { timeout: 10_000 })
      .toBeUndefined();
  });

  it('can repeat a first start that was cut off', async () => {
    const fresh = join(home, 'fresh');
    const child = spawnStack(options({ dataDir: fresh }));
    const drafts = async (): Promise<string[]> => {
      const names = await readdir(fresh).catch(() => []);
      return names.filter((name) => name.includes('draft'));
    };
    await expect
      .poll(async () => (await drafts()).some((name) => name.startsWith('postgres.draft')), {
        timeout: 20_000,
        interval: 10,
      })
      .toBe(true);

    child.kill('SIGKILL');
    await once(child, 'exit');
    const stack = await start({ dataDir: fresh });

    expect(await answers(stack)).toEqual([404, 200]);
    await stack.stop();
    running.delete(stack);
    const again = await start({ dataDir: fresh });
    expect(again.secretKey).toBe(stack.secretKey);
  });

  it('makes way for a start that comes at once', async () => {
    const child = await startStackProcess(options());
    await child.end('SIGKILL');

    const again = await start();

    expect(await answers(again)).toEqual([404, 200]);
  });

  it('is not confused by a stranger with the old process number', async () => {
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n1\n\n\n\nready   \n`);

    const stack = await start();

    expect(await answers(stack)).toEqual([404, 200]);
  });
});

it('ends with code 0 on SIGTERM, nothing left behind', async () => {
  const child = await startStackProcess(options());
  const postmaster = await readPostmaster(join(dataDir, 'postgres'));

  const code = await child.end('SIGTERM');

  expect(code).toBe(0);
  expect(isAlive(postmaster?.pid ?? 0)).toBe(false);
});

it.runIf(process.getuid?.() === 0)(
  'names the folder that keeps the database account out',
  async () => {
    const closed = join(home, 'closed');
    await mkdir(closed, { mode: 0o700 });

    await expect(
      startLocalSupabase(options({ dataDir: join(closed, 'data') })),
    ).rejects.toMatchObject({
      code: 'path_unreachable',
      message: expect.stringContaining(`${closed} is private`),
    });
  },
);
