-- purpose: the record is written in the transaction of what it records: a vault that changed, a session
--   that was bound. A relay that dies in between leaves neither or both.
-- the server can learn: nothing new.
-- locks: none on existing tables.
-- way back: create both functions again as they were. A relay of the version before this one writes its
--   own lines beside these.

create or replace function private.put_vault(p_user uuid, p_session uuid, p_vault jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new public.account_vaults;
  v_old public.account_vaults;
  v_device uuid;
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
  select d.id into v_device
  from public.devices d
  where d.user_id = p_user and d.auth_session_id = p_session and d.is_active;
  if v_new.version = 1 then
    insert into public.account_vaults select v_new.* on conflict (user_id) do nothing;
    if found then
      perform private.audit(p_user, v_device, 'vault_created', '{}');
      return jsonb_build_object('version', 1);
    end if;
  elsif v_device is null then
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
  perform private.audit(
    p_user,
    v_device,
    'vault_changed',
    jsonb_build_object(
      'version', v_new.version,
      'passwordWrap', v_new.password_wrap <> v_old.password_wrap,
      'recoveryWrap', v_new.recovery_wrap <> v_old.recovery_wrap
    )
  );
  return jsonb_build_object('version', v_new.version);
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_vault';
  when foreign_key_violation then
    raise sqlstate 'PT404' using message = 'no_user';
end
$$;

create or replace function private.bind_device_session(p_user uuid, p_session uuid, p_device uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_bound uuid;
begin
  perform private.lock_account(p_user);
  perform private.require_device(p_user, p_device);
  select d.auth_session_id into v_bound from public.devices d where d.id = p_device;
  perform private.bind_session(p_user, p_session, p_device);
  if v_bound is distinct from p_session then
    perform private.audit(p_user, p_device, 'session_bound', '{}');
  end if;
end
$$;
