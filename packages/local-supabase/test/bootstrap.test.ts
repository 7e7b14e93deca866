import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrapDatabase, readBootstrapFiles } from '../src/postgres/bootstrap.ts';
import { createTestDatabase } from '../src/testing/index.ts';
import type { TestDatabase } from '../src/testing/index.ts';
import { testServer } from '../src/testing/test-server.ts';

let database: TestDatabase;
let postgres: pg.Client;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase({ migrations: false });
  postgres = new pg.Client(database.databaseUrl);
  admin = new pg.Client(database.adminUrl);
  await Promise.all([postgres.connect(), admin.connect()]);
});
afterAll(async () => {
  await Promise.all([postgres.end(), admin.end()]);
  await database.drop();
});

const one = async (client: pg.Client, sql: string): Promise<unknown> => {
  const { rows } = await client.query<Record<string, unknown>>(sql);
  return Object.values(rows[0] ?? {})[0];
};

describe('roles', () => {
  it('are those of a hosted project', async () => {
    const { rows } = await admin.query(
      `select rolname, rolsuper, rolcanlogin, rolinherit, rolbypassrls, rolcreaterole, rolcreatedb
       from pg_roles where rolname !~ '^pg_' order by rolname`,
    );

    const flags = Object.fromEntries(
      rows.map(({ rolname, ...flag }) => [
        rolname,
        Object.keys(flag)
          .filter((name) => flag[name] === true)
          .map((name) => name.slice(3))
          .join(' '),
      ]),
    );
    expect(flags).toEqual({
      anon: 'inherit',
      authenticated: 'inherit',
      authenticator: 'canlogin',
      dashboard_user: 'inherit createrole createdb',
      postgres: 'canlogin inherit bypassrls createrole createdb',
      service_role: 'inherit bypassrls',
      supabase_admin: 'super canlogin inherit bypassrls createrole createdb',
      supabase_auth_admin: 'canlogin createrole',
      supabase_storage_admin: '',
    });
  });

  it.each([
    ['anon', '3s'],
    ['authenticated', '8s'],
    ['authenticator', '8s'],
  ])('limit statements of %s to %s', async (role, limit) => {
    const { rows } = await admin.query('select rolconfig from pg_roles where rolname = $1', [role]);

    expect(rows[0].rolconfig).toContain(`statement_timeout=${limit}`);
  });

  it('let authenticator become only the three request roles', async () => {
    const authenticator = new pg.Client(database.urlFor('authenticator'));
    await authenticator.connect();

    for (const role of ['anon', 'authenticated', 'service_role']) {
      await authenticator.query(`set role ${role}`);
      await authenticator.query('reset role');
    }

    for (const role of ['postgres', 'supabase_admin', 'supabase_auth_admin']) {
      await expect(authenticator.query(`set role ${role}`)).rejects.toMatchObject({
        code: '42501',
      });
    }
    await authenticator.end();
  });

  it('refuse a wrong password', async () => {
    const url = new URL(database.databaseUrl);
    url.password = 'wrong';
    const client = new pg.Client(url.href);

    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('the role that runs migrations', () => {
  it('owns the database and what it makes', async () => {
    await postgres.query('create table public.owned (id int)');

    expect(await one(postgres, `select tableowner from pg_tables where tablename = 'owned'`)).toBe(
      'postgres',
    );
  });

  it.each([
    [
      'make event triggers',
      'create event trigger t on ddl_command_end execute function extensions.pgrst_ddl_watch()',
    ],
    ['read files', `select pg_read_file('/etc/passwd')`],
    ['run programs', `copy owned from program 'true'`],
    ['make superusers', 'create role boss superuser'],
    ['change auth tables', 'alter table auth.users add column x int'],
  ])('cannot %s', async (_what, sql) => {
    await expect(postgres.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('can refer to users and react to them', async () => {
    await postgres.query(`
      create table public.with_user (id uuid primary key references auth.users (id));
      create function public.on_user() returns trigger language plpgsql as 'begin return new; end';
      create trigger on_user after insert on auth.users
        for each row execute function public.on_user();`);

    expect(await one(postgres, 'select count(*)::int from auth.users')).toBe(0);
  });
});

describe('default privileges', () => {
  it.each(['anon', 'authenticated', 'service_role'])('close new tables to %s', async (role) => {
    await postgres.query('create table if not exists public.closed (id int)');

    for (const privilege of ['select', 'insert', 'update', 'delete', 'truncate']) {
      const sql = `select has_table_privilege('${role}', 'public.closed', '${privilege}')`;
      expect(await one(admin, sql)).toBe(false);
    }
  });

  it.each(['anon', 'authenticated', 'service_role'])('close new functions to %s', async (role) => {
    await postgres.query(
      'create or replace function public.closed_function() returns int language sql return 1',
    );

    const sql = `select has_function_privilege('${role}', 'public.closed_function()', 'execute')`;
    expect(await one(admin, sql)).toBe(false);
  });

  it.each(['anon', 'authenticated', 'service_role'])('keep auth tables from %s', async (role) => {
    const { rows } = await admin.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'auth'::regnamespace and relkind = 'r'
         and has_table_privilege($1, oid, 'select, insert, update, delete')`,
      [role],
    );

    expect(rows).toEqual([]);
  });

  it('let nobody but the owner create in public', async () => {
    for (const role of ['anon', 'authenticated', 'service_role', 'authenticator']) {
      expect(await one(admin, `select has_schema_privilege('${role}', 'public', 'create')`)).toBe(
        false,
      );
    }
  });
});

describe('auth functions', () => {
  it('read the claims of the request', async () => {
    const claims = {
      sub: '8a1f4d0e-0000-4000-8000-000000000001',
      role: 'authenticated',
      email: 'a@b.c',
    };
    await postgres.query('begin');
    await postgres.query('set local role authenticated');
    await postgres.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify(claims),
    ]);

    const { rows } = await postgres.query(
      'select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt',
    );
    await postgres.query('rollback');

    expect(rows).toEqual([
      { uid: claims.sub, role: claims.role, email: claims.email, jwt: claims },
    ]);
  });

  it('are null without a request', async () => {
    const { rows } = await postgres.query(
      'select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt',
    );

    expect(rows).toEqual([{ uid: null, role: null, email: null, jwt: null }]);
  });
});

it('tells PostgREST of changes to the schema, and only of those', async () => {
  const heard: string[] = [];
  const listener = new pg.Client(database.adminUrl);
  await listener.connect();
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await listener.query('listen pgrst');

  await postgres.query('create temporary table unseen (id int)');
  await postgres.query('create table public.seen (id int)');
  await postgres.query('grant select on public.seen to anon');
  await postgres.query('drop table public.seen');
  await listener.query('select 1');
  await listener.end();

  expect(heard).toEqual(['reload schema', 'reload schema', 'reload schema']);
});

it('runs again only what has changed', async () => {
  const files = await readBootstrapFiles();
  const { passwords } = await testServer();

  const same = await bootstrapDatabase(database.adminUrl, files, passwords);
  const changed = files.map((file, index) => (index === 1 ? { ...file, sha256: 'other' } : file));
  const next = await bootstrapDatabase(database.adminUrl, changed, passwords);

  expect(same).toEqual([]);
  expect(next).toEqual([files[1]?.name]);
});
