-- Roles as a hosted Supabase project has them. Runs as the superuser supabase_admin.
-- Passwords are set by the program that runs this file, never here.
do $$
declare
  role_name text;
begin
  foreach role_name in array array[
    'anon', 'authenticated', 'service_role', 'authenticator', 'postgres',
    'supabase_auth_admin', 'supabase_storage_admin', 'dashboard_user'
  ] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin', role_name);
    end if;
  end loop;
end
$$;

-- The three roles a request can have.
alter role anon nologin inherit;
alter role authenticated nologin inherit;
alter role service_role nologin inherit bypassrls;

-- PostgREST connects as this one and may become only the three above.
alter role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;

-- Migrations run as postgres. It is not a superuser, so that a missing grant fails here as it would
-- on a hosted project.
alter role postgres nosuperuser login createdb createrole replication bypassrls;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

alter role supabase_auth_admin login noinherit createrole;
alter role supabase_storage_admin nologin noinherit;
alter role dashboard_user nologin createdb createrole replication;

alter role postgres set search_path to "$user", public, extensions;
alter role supabase_admin set search_path to "$user", public, extensions;
alter role supabase_auth_admin set search_path to auth;

alter role anon set statement_timeout to '3s';
alter role authenticated set statement_timeout to '8s';
alter role authenticator set statement_timeout to '8s';
alter role authenticator set lock_timeout to '8s';
alter role supabase_auth_admin set idle_in_transaction_session_timeout to '60s';
