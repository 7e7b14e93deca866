-- Schemas, extensions and who may use them.
revoke create on schema public from public;
grant usage on schema public to anon, authenticated, service_role;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role, authenticator;
grant usage, create on schema extensions to postgres, dashboard_user;
create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_stat_statements with schema extensions;

create schema if not exists auth;
alter schema auth owner to supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, dashboard_user;

-- Foreign keys to auth.users need REFERENCES, and migrations may add triggers on it.
grant usage, create on schema auth to postgres;
alter default privileges for role supabase_auth_admin in schema auth
  grant all on tables to postgres;
alter default privileges for role supabase_auth_admin in schema auth
  grant all on sequences to postgres;
alter default privileges for role supabase_auth_admin in schema auth
  grant all on routines to postgres;

-- A new public table is closed until its migration grants what it must. Execution of functions is
-- granted to PUBLIC by default, and only the global form (without "in schema") takes that away.
alter default privileges for role postgres revoke execute on functions from public;

-- migrations made with the Supabase CLI may name it; nothing reads it here.
do $$
begin
  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    set local client_min_messages to error;
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
end
$$;
