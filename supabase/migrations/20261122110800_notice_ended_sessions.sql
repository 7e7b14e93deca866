-- purpose: how a relay learns within seconds of auth sessions that ended: sign-out here or everywhere, a
--   changed password, a stolen refresh token, a deleted account. Also what it asks now and then to have
--   deleted what ran out.
-- the server can learn: which sessions ended within the last hour.
-- locks: share row exclusive on auth.sessions for a moment.
-- way back: drop the trigger, the table and the functions; relays then look at each socket once a
--   minute.

create table private.ended_sessions (
  id uuid primary key,
  ended_at timestamptz not null default now()
);
comment on table private.ended_sessions is 'Auth sessions that ended within the last hour.';
create index ended_sessions_ended_at_idx on private.ended_sessions (ended_at);
revoke all on table private.ended_sessions from public, anon, authenticated, service_role;

create function private.note_ended_session()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into private.ended_sessions (id) values (old.id) on conflict do nothing;
  return null;
exception
  -- Signing out works whether or not relays hear of it at once.
  when others then
    return null;
end
$$;
comment on function private.note_ended_session() is 'Trigger of auth.sessions, for the relays.';

create function private.ended_access(p_within_seconds integer)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'devices', private.revoked_devices(p_within_seconds),
    'sessions', coalesce(
      (
        select jsonb_agg(s.id order by s.id)
        from private.ended_sessions s
        where s.ended_at > now() - make_interval(secs => p_within_seconds)
      ),
      '[]'
    )
  )
$$;

create function private.sweep()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.sweep_device_links();
  delete from private.ended_sessions s where s.ended_at < now() - interval '1 hour';
end
$$;

create function public.relay_ended_access(p_within_seconds integer)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.ended_access(p_within_seconds) $$;

create function public.relay_sweep()
returns void
language sql
set search_path = ''
as $$ select private.sweep() $$;

revoke all on function
  private.note_ended_session(),
  private.ended_access(integer),
  private.sweep(),
  public.relay_ended_access(integer),
  public.relay_sweep()
  from public, anon, authenticated, service_role;
grant execute on function
  private.ended_access(integer),
  private.sweep(),
  public.relay_ended_access(integer),
  public.relay_sweep()
  to service_role;

-- A host that does not let its users do this ends sockets within a minute instead of seconds.
do $$
begin
  create trigger sotto_note_ended_session
    after delete on auth.sessions
    for each row execute function private.note_ended_session();
exception
  when insufficient_privilege then
    raise notice 'relays will notice ended sessions within a minute: %', sqlerrm;
end
$$;
