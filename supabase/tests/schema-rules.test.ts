import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** One text column of a query. */
async function list(sql: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(sql);
  return rows.map(({ name }) => name);
}

/** What a rule finds in the schema as it is, and with one offender added. */
async function findings(rule: string, offence: string): Promise<string[][]> {
  const asItIs = await list(rule);
  await client.query('begin');
  await client.query(offence);
  const offended = await list(rule);
  await client.query('rollback');
  return [asItIs, offended];
}

const ourFunctions = `
  pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'private') and not exists (
    select from pg_depend d where d.objid = p.oid and d.deptype = 'e'
  )`;

describe('functions', () => {
  test('fix their search path', async () => {
    expect(
      await findings(
        `select p.proname as name from ${ourFunctions}
       and coalesce(array_to_string(p.proconfig, ','), '') !~ '(^|,)search_path=("")?(,|$)'`,
        'create function public.loose() returns int language sql as $$ select 1 $$',
      ),
    ).toEqual([[], ['loose']]);
  });

  test('in the exposed schema run with the rights of the caller', async () => {
    expect(
      await findings(
        `select p.proname as name from ${ourFunctions} and n.nspname = 'public' and p.prosecdef`,
        `create function public.strong() returns int language sql security definer
       set search_path = '' as $$ select 1 $$`,
      ),
    ).toEqual([[], ['strong']]);
  });

  test('are executable by nobody but service_role, except in policies', async () => {
    expect(
      await findings(
        `select p.proname as name from ${ourFunctions}
       and exists (
         select from unnest(array['anon', 'authenticated']) r
         where has_function_privilege(r, p.oid, 'execute')
       )
       and p.proname not in ('my_session_is_active', 'my_chat_ids', 'my_people_ids')`,
        `create function public.open() returns int language sql set search_path = ''
         as $$ select 1 $$;
       grant execute on function public.open() to anon;`,
      ),
    ).toEqual([[], ['open']]);
  });

  test('of policies take no arguments and are granted to authenticated alone', async () => {
    const { rows } = await client.query(
      `select p.proname as name, p.pronargs as arguments, p.provolatile as volatility,
              has_function_privilege('anon', p.oid, 'execute') as anon,
              has_schema_privilege('authenticated', 'private', 'usage') as by_name
       from ${ourFunctions} and has_function_privilege('authenticated', p.oid, 'execute')
       order by 1`,
    );

    expect(rows).toEqual(
      ['my_chat_ids', 'my_people_ids', 'my_session_is_active'].map((name) => ({
        name,
        arguments: 0,
        volatility: 's',
        anon: false,
        by_name: false,
      })),
    );
  });

  test('of the relay are the agreed ones', async () => {
    expect(
      await list(
        `select p.proname as name from ${ourFunctions} and n.nspname = 'public' order by 1`,
      ),
    ).toEqual([
      'append_messages',
      'relay_answer_device_link',
      'relay_audit',
      'relay_authorise',
      'relay_bind_device_session',
      'relay_chat_members',
      'relay_claim_prekeys',
      'relay_create_device_link',
      'relay_create_direct_chat',
      'relay_create_epoch',
      'relay_delete_account',
      'relay_delete_second_factor_backup',
      'relay_deliver_device_link',
      'relay_end_device_link',
      'relay_ended_access',
      'relay_find_person',
      'relay_get_account',
      'relay_get_chat_keys',
      'relay_get_device_link',
      'relay_get_people',
      'relay_get_second_factor_backup',
      'relay_list_activity',
      'relay_list_chats',
      'relay_list_device_links',
      'relay_list_manifests',
      'relay_list_messages',
      'relay_prekey_stock',
      'relay_publish_manifest',
      'relay_put_chat_wraps',
      'relay_put_prekeys',
      'relay_put_profile',
      'relay_put_receipt',
      'relay_put_second_factor_backup',
      'relay_put_vault',
      'relay_register_device',
      'relay_reveal_device_link',
      'relay_revoked_devices',
      'relay_sweep',
      'relay_touch_devices',
      'relay_unfinished_deletions',
    ]);
  });

  test('made later are closed until granted', async () => {
    await client.query('begin');
    await client.query(
      `create function public.later() returns int language sql set search_path = ''
       as $$ select 1 $$`,
    );
    const { rows } = await client.query(
      `select r as role from unnest(array['anon', 'authenticated', 'service_role']) r
       where has_function_privilege(r, 'public.later()', 'execute')`,
    );
    await client.query('rollback');

    expect(rows).toEqual([]);
  });
});

describe('tables and views', () => {
  test('in the exposed schema have row level security and a restrictive policy', async () => {
    expect(
      await findings(
        `select c.relname as name from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not (c.relrowsecurity and exists (
         select from pg_policy p
         where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*'
           and pg_get_expr(p.polqual, p.polrelid) like '%my_session_is_active()%'
       ))`,
        'create table public.bare (id int primary key)',
      ),
    ).toEqual([[], ['bare']]);
  });

  test('have at most one permissive policy for a command, named as a sentence', async () => {
    expect(
      await findings(
        `select tablename || ' ' || cmd as name from pg_policies
       where schemaname = 'public' and permissive = 'PERMISSIVE'
       group by tablename, cmd having count(*) > 1 or bool_or(policyname !~ ' ')`,
        'create policy "all may read it" on public.chats for select to authenticated using (true)',
      ),
    ).toEqual([[], ['chats SELECT']]);
  });

  test('have policies for authenticated only', async () => {
    expect(
      await findings(
        `select tablename as name from pg_policies
       where schemaname = 'public' and roles <> array['authenticated']::name[]`,
        'create policy "anybody may add" on public.chats for insert with check (true)',
      ),
    ).toEqual([[], ['chats']]);
  });

  test('that are views run with the rights of the caller', async () => {
    expect(
      await findings(
        `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
       and coalesce(array_to_string(reloptions, ','), '') !~ 'security_invoker=(true|on|1)'`,
        'create view public.window as select * from public.messages',
      ),
    ).toEqual([[], ['window']]);
  });

  test('have an index on every foreign key', async () => {
    expect(
      await findings(
        `select k.conrelid::regclass::text || ' ' || k.conname as name from pg_constraint k
       where k.contype = 'f' and k.connamespace in ('public'::regnamespace, 'private'::regnamespace)
       and not exists (
         select from pg_index i where i.indrelid = k.conrelid
         and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
       )`,
        'alter table public.chats add column maker uuid references auth.users (id)',
      ),
    ).toEqual([[], ['chats chats_maker_fkey']]);
  });

  test('have an index that begins with each column that a policy filters by', async () => {
    expect(
      await findings(
        `select distinct a.attrelid::regclass::text || ' ' || a.attname as name
       from pg_policy p
       join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
         and d.refobjid = p.polrelid and d.refobjsubid > 0
       join pg_attribute a on a.attrelid = p.polrelid and a.attnum = d.refobjsubid
       where not exists (
         select from pg_index i where i.indrelid = p.polrelid and i.indkey[0] = a.attnum
       )`,
        `create policy "named devices" on public.devices as restrictive
       for select to authenticated using (name <> '')`,
      ),
    ).toEqual([[], ['devices name']]);
  });

  test('have a comment', async () => {
    expect(
      await findings(
        `select c.relname as name from pg_class c
       where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
       and c.relkind in ('r', 'p') and obj_description(c.oid, 'pg_class') is null`,
        'create table private.unexplained (id int)',
      ),
    ).toEqual([[], ['unexplained']]);
  });

  test('limit the size of every byte string', async () => {
    expect(
      await findings(
        `select c.table_name || '.' || c.column_name as name from information_schema.columns c
       where c.table_schema in ('public', 'private') and c.data_type in ('bytea', 'text', 'jsonb')
       and not exists (
         select from pg_constraint k
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
         where k.contype = 'c' and a.attname = c.column_name
         and k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
       )`,
        'alter table public.chats add column anything bytea',
      ),
    ).toEqual([[], ['chats.anything']]);
  });
});
