-- purpose: registering devices with the manifest that certifies them, and tying auth sessions to
--   them.
-- the server can learn: nothing that the tables do not hold.
-- locks: none on existing tables. At run time one account's profile row, so that an account's
--   devices change one at a time.
-- way back: drop the functions; a relay of this version then cannot serve.

create function private.require_device(p_user uuid, p_device uuid)
returns void
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  v_is_active boolean;
begin
  select d.is_active into v_is_active
  from public.devices d
  where d.id = p_device and d.user_id = p_user;
  if not found then
    raise sqlstate 'PT404' using message = 'no_device';
  end if;
  if not v_is_active then
    raise sqlstate 'PT410' using message = 'device_revoked';
  end if;
end
$$;

create function private.bind_session(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not private.session_exists(p_user, p_session) then
    raise sqlstate 'PT403' using message = 'session_ended';
  end if;
  -- A session that a revoked device held is spent: it cannot move on to another device.
  if exists (
    select from public.devices d where d.auth_session_id = p_session and not d.is_active
  ) then
    raise sqlstate 'PT410' using message = 'device_revoked';
  end if;
  update public.devices d
  set auth_session_id = null
  where d.auth_session_id = p_session and d.user_id = p_user and d.id <> p_device;
  update public.devices d
  set auth_session_id = p_session
  where d.id = p_device and d.user_id = p_user
    and d.auth_session_id is distinct from p_session;
end
$$;

create function private.lock_account(p_user uuid)
returns bytea
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_account_key bytea;
begin
  select p.account_key into v_account_key
  from public.profiles p
  where p.user_id = p_user
  for update;
  if not found then
    raise sqlstate 'PT409' using message = 'no_profile';
  end if;
  return v_account_key;
end
$$;

create function private.append_manifest(p_user uuid, p_pinned_key bytea, p_manifest jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_account_key bytea := private.json_bytes(p_manifest, 'accountKey');
  v_new public.device_manifests;
  v_head public.device_manifests;
begin
  v_new.user_id := p_user;
  v_new.version := (p_manifest ->> 'version')::bigint;
  v_new.body := private.json_bytes(p_manifest, 'body');
  v_new.signature := private.json_bytes(p_manifest, 'signature');
  v_new.hash := private.json_bytes(p_manifest, 'hash');
  v_new.previous_hash := private.json_bytes(p_manifest, 'previousHash');
  v_new.created_at := now();

  select m.* into v_head
  from public.device_manifests m
  where m.user_id = p_user
  order by m.version desc
  limit 1;
  if v_new.version is distinct from coalesce(v_head.version, 0) + 1
    or v_new.previous_hash <> coalesce(v_head.hash, decode(repeat('00', 32), 'hex')) then
    raise sqlstate 'PT409' using message = 'stale_manifest';
  end if;
  -- A chain without a pinned key belongs to an account that was deleted: nobody continues it.
  if v_account_key is distinct from p_pinned_key
    and not (v_new.version = 1 and p_pinned_key is null) then
    raise sqlstate 'PT409' using message = 'other_account_key';
  end if;

  insert into public.device_manifests select v_new.*;
  if p_pinned_key is null then
    update public.profiles p set account_key = v_account_key where p.user_id = p_user;
  end if;
end
$$;

create function private.register_device(
  p_user uuid, p_session uuid, p_device jsonb, p_manifest jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_pinned_key bytea := private.lock_account(p_user);
  v_new public.devices;
  v_old public.devices;
begin
  v_new.id := (p_device ->> 'deviceId')::uuid;
  v_new.user_id := p_user;
  v_new.number := (p_device ->> 'number')::smallint;
  v_new.name := p_device ->> 'name';
  v_new.name_hash := private.json_bytes(p_device, 'nameHash');
  v_new.device_type := p_device ->> 'deviceType';
  v_new.is_active := true;
  v_new.identity_key := private.json_bytes(p_device, 'identityKey');
  v_new.public_key := private.json_bytes(p_device, 'publicKey');
  v_new.created_at := now();

  select d.* into v_old from public.devices d where d.id = v_new.id;
  if found then
    if (v_old.user_id, v_old.number, v_old.name, v_old.name_hash, v_old.device_type,
        v_old.identity_key, v_old.public_key)
      is distinct from
      (v_new.user_id, v_new.number, v_new.name, v_new.name_hash, v_new.device_type,
        v_new.identity_key, v_new.public_key)
      or not exists (
        select from public.device_manifests m
        where m.user_id = p_user
          and m.version = (p_manifest ->> 'version')::bigint
          and m.body = private.json_bytes(p_manifest, 'body')
      ) then
      raise sqlstate 'PT409' using message = 'other_device';
    end if;
    perform private.require_device(p_user, v_new.id);
  else
    if (
      select count(*) from public.devices d where d.user_id = p_user and d.is_active
    ) >= 20 then
      raise sqlstate 'PT413' using message = 'too_many_devices';
    end if;
    perform private.append_manifest(p_user, v_pinned_key, p_manifest);
    insert into public.devices select v_new.*;
  end if;

  perform private.bind_session(p_user, p_session, v_new.id);
  select d.* into v_new from public.devices d where d.id = v_new.id;
  return private.device_json(v_new);
exception
  when unique_violation then
    raise sqlstate 'PT409' using message = 'device_taken';
  when check_violation or not_null_violation or numeric_value_out_of_range
    or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_device';
end
$$;

create function private.bind_device_session(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.lock_account(p_user);
  perform private.require_device(p_user, p_device);
  perform private.bind_session(p_user, p_session, p_device);
end
$$;

create function private.list_manifests(p_user uuid, p_after bigint, p_limit integer)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'manifests', coalesce(
      (
        select jsonb_agg(private.manifest_json(m) order by m.version)
        from (
          select *
          from public.device_manifests
          where user_id = p_user and version > p_after
          order by version
          limit least(p_limit, 50)
        ) m
      ),
      '[]'
    ),
    'headVersion', coalesce(
      (select max(version) from public.device_manifests where user_id = p_user), 0
    )
  )
$$;

create function private.touch_devices(p_devices uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
  -- Rows that somebody else is changing are left for the next time: no waiting, no deadlock.
  update public.devices d
  set last_seen_at = now()
  from (
    select id from public.devices where id = any (p_devices) for no key update skip locked
  ) free
  where d.id = free.id
$$;

create function public.relay_register_device(
  p_user uuid, p_session uuid, p_device jsonb, p_manifest jsonb
)
returns jsonb
language sql
set search_path = ''
as $$ select private.register_device(p_user, p_session, p_device, p_manifest) $$;

create function public.relay_bind_device_session(p_user uuid, p_session uuid, p_device uuid)
returns void
language sql
set search_path = ''
as $$ select private.bind_device_session(p_user, p_session, p_device) $$;

create function public.relay_list_manifests(p_user uuid, p_after bigint, p_limit integer)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.list_manifests(p_user, p_after, p_limit) $$;

create function public.relay_touch_devices(p_devices uuid[])
returns void
language sql
set search_path = ''
as $$ select private.touch_devices(p_devices) $$;

revoke all on function
  private.require_device(uuid, uuid),
  private.bind_session(uuid, uuid, uuid),
  private.lock_account(uuid),
  private.append_manifest(uuid, bytea, jsonb),
  private.register_device(uuid, uuid, jsonb, jsonb),
  private.bind_device_session(uuid, uuid, uuid),
  private.list_manifests(uuid, bigint, integer),
  private.touch_devices(uuid[]),
  public.relay_register_device(uuid, uuid, jsonb, jsonb),
  public.relay_bind_device_session(uuid, uuid, uuid),
  public.relay_list_manifests(uuid, bigint, integer),
  public.relay_touch_devices(uuid[])
  from public, anon, authenticated, service_role;
grant execute on function
  private.register_device(uuid, uuid, jsonb, jsonb),
  private.bind_device_session(uuid, uuid, uuid),
  private.list_manifests(uuid, bigint, integer),
  private.touch_devices(uuid[]),
  public.relay_register_device(uuid, uuid, jsonb, jsonb),
  public.relay_bind_device_session(uuid, uuid, uuid),
  public.relay_list_manifests(uuid, bigint, integer),
  public.relay_touch_devices(uuid[])
  to service_role;
