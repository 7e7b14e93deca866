-- purpose: what the relay asks about accounts: who is calling, profile, vault, finding people.
-- the server can learn: nothing that the tables do not hold.
-- locks: none on existing tables.
-- way back: drop the functions; a relay of this version then cannot serve.

-- [Note: Relay functions] Each public function is `security invoker`, executable by service_role
-- alone, and calls one private definer function. Refusals are SQLSTATE PTnnn, which PostgREST answers
-- as HTTP status nnn; the message is one word for logs and never data.

create function private.session_exists(p_user uuid, p_session uuid)
returns boolean
language sql
stable security definer
set search_path = ''
as $$
  select exists (
    select
    from auth.sessions s
    where s.id = p_session
      and s.user_id = p_user
      and (s.not_after is null or s.not_after > now())
  )
$$;

create function private.profile_json(p_profile public.profiles)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'userId', p_profile.user_id,
    'handle', p_profile.handle,
    'displayName', p_profile.display_name,
    'avatarColor', p_profile.avatar_color
  )
$$;

create function private.device_json(p_device public.devices)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'deviceId', p_device.id,
    'name', p_device.name,
    'deviceType', p_device.device_type,
    'isActive', p_device.is_active,
    'createdAtMs', private.to_ms(p_device.created_at),
    'lastSeenAtMs', private.to_ms(p_device.last_seen_at),
    'revokedAtMs', private.to_ms(p_device.revoked_at)
  )
$$;

create function private.manifest_json(p_manifest public.device_manifests)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'version', p_manifest.version,
    'body', private.to_base64(p_manifest.body),
    'signature', private.to_base64(p_manifest.signature)
  )
$$;

create function private.vault_json(p_vault public.account_vaults)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'version', p_vault.version,
    'kdf', jsonb_build_object(
      'algorithm', p_vault.kdf_algorithm,
      'iterations', p_vault.kdf_iterations,
      'salt', private.to_base64(p_vault.kdf_salt)
    ),
    'passwordWrap', private.to_base64(p_vault.password_wrap),
    'recoveryWrap', private.to_base64(p_vault.recovery_wrap),
    'body', private.to_base64(p_vault.body)
  )
$$;

create function private.authorise(p_user uuid, p_session uuid, p_device uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'sessionExists', private.session_exists(p_user, p_session),
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

create function private.get_account(p_user uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'profile', (select private.profile_json(p) from public.profiles p where p.user_id = p_user),
    'vault', (select private.vault_json(v) from public.account_vaults v where v.user_id = p_user),
    'manifests', coalesce(
      (
        select jsonb_agg(private.manifest_json(m) order by m.version)
        from public.device_manifests m
        where m.user_id = p_user
      ),
      '[]'
    ),
    'devices', coalesce(
      (
        select jsonb_agg(private.device_json(d) order by d.number)
        from public.devices d
        where d.user_id = p_user
      ),
      '[]'
    )
  )
$$;

create function private.put_profile(
  p_user uuid, p_handle text, p_display_name text, p_avatar_color integer
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  insert into public.profiles as p (user_id, handle, display_name, avatar_color)
  values (p_user, p_handle, p_display_name, p_avatar_color)
  on conflict (user_id) do update
    set handle = excluded.handle,
        display_name = excluded.display_name,
        avatar_color = excluded.avatar_color,
        updated_at = now()
  returning p.* into v_profile;
  return private.profile_json(v_profile);
exception
  when unique_violation then
    raise sqlstate 'PT409' using message = 'handle_taken';
  when check_violation or not_null_violation or numeric_value_out_of_range then
    raise sqlstate 'PT400' using message = 'bad_profile';
  when foreign_key_violation then
    raise sqlstate 'PT404' using message = 'no_user';
end
$$;

create function private.put_vault(p_user uuid, p_session uuid, p_vault jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new public.account_vaults;
  v_old public.account_vaults;
begin
  v_new.user_id := p_user;
  v_new.version := (p_vault ->> 'version')::bigint;
  v_new.kdf_algorithm := p_vault -> 'kdf' ->> 'algorithm';
  v_new.kdf_iterations := (p_vault -> 'kdf' ->> 'iterations')::integer;
  v_new.kdf_salt := private.json_bytes(p_vault -> 'kdf', 'salt');
  v_new.password_wrap := private.json_bytes(p_vault, 'passwordWrap');
  v_new.recovery_wrap := private.json_bytes(p_vault, 'recoveryWrap');
  v_new.body := private.json_bytes(p_vault, 'body');
  v_new.updated_at := now();

  if not private.session_exists(p_user, p_session) then
    raise sqlstate 'PT403' using message = 'session_ended';
  end if;
  if v_new.version = 1 then
    insert into public.account_vaults select v_new.* on conflict (user_id) do nothing;
    if found then
      return jsonb_build_object('version', 1);
    end if;
  elsif not exists (
    select from public.devices d
    where d.user_id = p_user and d.auth_session_id = p_session and d.is_active
  ) then
    raise sqlstate 'PT403' using message = 'device_needed';
  end if;

  select v.* into v_old from public.account_vaults v where v.user_id = p_user for update;
  if private.vault_json(v_old) = private.vault_json(v_new) then
    return jsonb_build_object('version', v_old.version);
  end if;
  if v_old.version + 1 is distinct from v_new.version then
    raise sqlstate 'PT409' using message = 'stale_vault';
  end if;
  update public.account_vaults v
  set version = v_new.version,
      kdf_algorithm = v_new.kdf_algorithm,
      kdf_iterations = v_new.kdf_iterations,
      kdf_salt = v_new.kdf_salt,
      password_wrap = v_new.password_wrap,
      recovery_wrap = v_new.recovery_wrap,
      body = v_new.body,
      updated_at = v_new.updated_at
  where v.user_id = p_user;
  return jsonb_build_object('version', v_new.version);
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_vault';
  when foreign_key_violation then
    raise sqlstate 'PT404' using message = 'no_user';
end
$$;

create function private.find_person(p_handle text)
returns jsonb
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  select p.* into v_profile
  from public.profiles p
  where p.handle = p_handle and p.account_key is not null;
  if not found then
    raise sqlstate 'PT404' using message = 'no_person';
  end if;
  return private.profile_json(v_profile);
end
$$;

create function private.get_people(p_users uuid[])
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'profile', private.profile_json(p),
        'accountKey', private.to_base64(p.account_key)
      )
      order by p.user_id
    ),
    '[]'
  )
  from public.profiles p
  where p.user_id = any (p_users)
$$;

create function public.relay_authorise(p_user uuid, p_session uuid, p_device uuid default null)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.authorise(p_user, p_session, p_device) $$;

create function public.relay_get_account(p_user uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.get_account(p_user) $$;

create function public.relay_put_profile(
  p_user uuid, p_handle text, p_display_name text, p_avatar_color integer
)
returns jsonb
language sql
set search_path = ''
as $$ select private.put_profile(p_user, p_handle, p_display_name, p_avatar_color) $$;

create function public.relay_put_vault(p_user uuid, p_session uuid, p_vault jsonb)
returns jsonb
language sql
set search_path = ''
as $$ select private.put_vault(p_user, p_session, p_vault) $$;

create function public.relay_find_person(p_handle text)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.find_person(p_handle) $$;

create function public.relay_get_people(p_users uuid[])
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.get_people(p_users) $$;

revoke all on function
  private.session_exists(uuid, uuid),
  private.profile_json(public.profiles),
  private.device_json(public.devices),
  private.manifest_json(public.device_manifests),
  private.vault_json(public.account_vaults),
  private.authorise(uuid, uuid, uuid),
  private.get_account(uuid),
  private.put_profile(uuid, text, text, integer),
  private.put_vault(uuid, uuid, jsonb),
  private.find_person(text),
  private.get_people(uuid[]),
  public.relay_authorise(uuid, uuid, uuid),
  public.relay_get_account(uuid),
  public.relay_put_profile(uuid, text, text, integer),
  public.relay_put_vault(uuid, uuid, jsonb),
  public.relay_find_person(text),
  public.relay_get_people(uuid[])
  from public, anon, authenticated, service_role;
grant execute on function
  private.authorise(uuid, uuid, uuid),
  private.get_account(uuid),
  private.put_profile(uuid, text, text, integer),
  private.put_vault(uuid, uuid, jsonb),
  private.find_person(text),
  private.get_people(uuid[]),
  public.relay_authorise(uuid, uuid, uuid),
  public.relay_get_account(uuid),
  public.relay_put_profile(uuid, text, text, integer),
  public.relay_put_vault(uuid, uuid, jsonb),
  public.relay_find_person(text),
  public.relay_get_people(uuid[])
  to service_role;
