import pg from 'pg';
import type { TestDatabase } from '../../src/testing/index.ts';

/** A table with row level security and functions, for tests of the path through PostgREST. */
const sampleSchema = `
  create table public.notes (
    id bigint generated always as identity primary key,
    owner uuid not null default auth.uid() references auth.users (id) on delete cascade,
    body text not null unique check (length(body) < 100)
  );
  alter table public.notes enable row level security;
  grant select, insert (body), delete on public.notes to authenticated;
  grant select, insert on public.notes to service_role;
  create policy "Own notes are read" on public.notes for select to authenticated
    using (owner = (select auth.uid()));
  create policy "Own notes are written" on public.notes for insert to authenticated
    with check (owner = (select auth.uid()));
  create policy "Own notes are deleted" on public.notes for delete to authenticated
    using (owner = (select auth.uid()));
  create function public.whoami() returns jsonb language sql stable
    return jsonb_build_object('user', current_user, 'claims', auth.jwt(),
      'limit', current_setting('statement_timeout'),
      'headers', current_setting('request.headers', true)::jsonb);
  create function public.refuse(reason text) returns void language plpgsql as $$
    begin raise exception using errcode = 'P0001', message = reason, hint = 'try later'; end $$;
  grant execute on function public.whoami(), public.refuse(text)
    to anon, authenticated, service_role;
`;

/** Installs the sample, as migrations would: as `postgres`. */
export async function installSampleSchema({ databaseUrl }: TestDatabase): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(sampleSchema);
  await client.end();
}
