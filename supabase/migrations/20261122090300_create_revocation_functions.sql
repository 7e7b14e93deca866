-- purpose: how a relay learns of revoked devices within seconds, without asking about each one; and
--   that the session of a revoked device is told apart from others.
-- the server can learn: nothing that the tables do not hold.
-- locks: share on public.devices while the index is made.
-- way back: drop the new functions and the index, create private.authorise again as it was.

create index devices_revoked_at_idx on public.devices (revoked_at) where revoked_at is not null;

create function private.revoked_devices(p_within_seconds integer)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(d.id order by d.id), '[]')
  from public.devices d
  where d.revoked_at > now() - make_interval(secs => p_within_seconds)
$$;

create or replace function private.authorise(p_user uuid, p_session uuid, p_device uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'sessionExists', private.session_exists(p_user, p_session),
    'sessionIsSpent', exists (
      select from public.devices d where d.auth_session_id = p_session and not d.is_active
    ),
    'device', (
      select jsonb_build_object(
        'isActive', d.is_active,
        'bound', coalesce(d.auth_session_id = p_session, false),
        'identityKey', private.to_base64(d.identity_key)
      )
      from public.devices d
      where d.id = p_device and d.user_id = p_user
    )
  )
$$;

create function public.relay_revoked_devices(p_within_seconds integer)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.revoked_devices(p_within_seconds) $$;

revoke all on function
  private.revoked_devices(integer), public.relay_revoked_devices(integer)
  from public, anon, authenticated, service_role;
grant execute on function
  private.revoked_devices(integer), public.relay_revoked_devices(integer)
  to service_role;
