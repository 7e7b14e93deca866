-- purpose: whoever has a second factor is let in with it only. A session that began with the password
--   alone is not one yet, for the relay and for reading tables directly. Nor is one of an account that
--   is barred: not every auth service ends its sessions.
-- the server can learn: nothing new.
-- locks: none on existing tables.
-- way back: create the three functions again as they were.

create or replace function private.session_exists(p_user uuid, p_session uuid)
returns boolean
language sql
stable security definer
set search_path = ''
as $$
  select exists (
    select
    from auth.sessions s
    join auth.users u on u.id = s.user_id
    where s.id = p_session
      and s.user_id = p_user
      and (s.not_after is null or s.not_after > now())
      and (u.banned_until is null or u.banned_until <= now())
      and u.deleted_at is null
      and (
        s.aal::text in ('aal2', 'aal3')
        or not exists (
          select from auth.mfa_factors f where f.user_id = s.user_id and f.status = 'verified'
        )
      )
  )
$$;
comment on function private.session_exists(uuid, uuid) is
  'Whether the session lives, of an account that is not barred, and has given its second factor, if any.';

create function private.session_lacks_factor(p_user uuid, p_session uuid)
returns boolean
language sql
stable security definer
set search_path = ''
as $$
  select exists (
    select
    from auth.sessions s
    join auth.users u on u.id = s.user_id
    where s.id = p_session
      and s.user_id = p_user
      and (s.not_after is null or s.not_after > now())
      and (u.banned_until is null or u.banned_until <= now())
      and u.deleted_at is null
  ) and not private.session_exists(p_user, p_session)
$$;
comment on function private.session_lacks_factor(uuid, uuid) is
  'Whether the session lives but has not given the second factor of its account.';

create or replace function private.authorise(p_user uuid, p_session uuid, p_device uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'sessionExists', private.session_exists(p_user, p_session),
    'sessionLacksFactor', private.session_lacks_factor(p_user, p_session),
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

create or replace function private.my_session_is_active()
returns boolean
language sql
stable security definer
set search_path = ''
as $$
  select exists (
    select
    from public.devices d
    where d.auth_session_id = nullif(auth.jwt() ->> 'session_id', '')::uuid
      and d.user_id = auth.uid()
      and d.is_active
      and private.session_exists(d.user_id, d.auth_session_id)
  )
$$;
comment on function private.my_session_is_active() is
  'Whether the token''s auth session lives, has given the second factor where the account has one, and is bound to an active device of its user.';

revoke all on function private.session_lacks_factor(uuid, uuid)
  from public, anon, authenticated, service_role;
