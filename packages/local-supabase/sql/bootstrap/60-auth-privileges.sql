-- After the auth service's own tables: what migrations may do with them, and the signal that makes
-- the end of a session count at once.
grant all on all tables in schema auth to postgres;
grant all on all sequences in schema auth to postgres;
grant all on all routines in schema auth to postgres;
revoke all on all tables in schema auth from anon, authenticated, service_role;

create or replace function auth.notify_session_ended() returns trigger
  language plpgsql
  set search_path to ''
  as $$
begin
  perform pg_catalog.pg_notify('auth_session_ended', old.id::text);
  return null;
end
$$;
alter function auth.notify_session_ended() owner to supabase_auth_admin;
comment on function auth.notify_session_ended() is
  'Tells the gateway to forget the sessions that it had seen.';

do $$
begin
  if to_regclass('auth.sessions') is not null then
    create or replace trigger notify_session_ended
      after delete or update of not_after on auth.sessions
      for each row execute function auth.notify_session_ended();
    create or replace trigger notify_user_barred
      after update of banned_until, deleted_at on auth.users
      for each row execute function auth.notify_session_ended();
  end if;
end
$$;
