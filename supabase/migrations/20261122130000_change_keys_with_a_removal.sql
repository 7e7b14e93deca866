-- purpose: a removal changes the account's keys: one transaction takes a manifest that names another
--   account key, which the former one endorsed, and the vault under another vault key, sealed to the
--   devices that are left. Or nothing of it.
--   Who stores a vault on its own is looked at under the vault's lock too, so that a device which waits
--   there for its own removal stores nothing any more; and counted, so that none can go on making every
--   removal stale.
-- the server can learn: that and when an account's keys were changed, and by the size of the sealed
--   wraps for about how many devices.
-- locks: access exclusive for a moment on public.account_vaults, which is read once for its checks; share on
--   private.audit_events while the index is made.
--   At run time a publication locks the account's vault after its profile.
-- way back: drop the column, and create checks and functions again as they were. Vaults whose key was
--   changed then lose what opens them on other devices, and their wraps are too long for the checks.

alter table public.account_vaults add column device_wraps bytea;

alter table public.account_vaults
  drop constraint account_vaults_password_wrap_check,
  drop constraint account_vaults_recovery_wrap_check,
  add constraint account_vaults_password_wrap_check
    check (octet_length(password_wrap) between 1 and 2048),
  add constraint account_vaults_recovery_wrap_check
    check (octet_length(recovery_wrap) between 1 and 2048),
  add constraint account_vaults_device_wraps_check
    check (octet_length(device_wraps) between 1 and 65536);

create index audit_events_vault_changed_idx on private.audit_events (device_id, at)
  where action = 'vault_changed';

comment on column public.account_vaults.password_wrap is
  'The vault key, under the chat password or sealed to a key derived from it.';
comment on column public.account_vaults.recovery_wrap is
  'The vault key, under the recovery key or sealed to a key derived from it.';
comment on column public.account_vaults.device_wraps is
  'The vault key sealed to the account''s devices; null until it was changed for the first time.';
comment on column public.profiles.account_key is
  'Public key that signs the device manifests: the one that the newest of them names. Another one comes with a manifest alone.';
comment on table public.device_manifests is
  'Append-only. Each link names the hash of the one before, and is signed by the account key that it names.';

-- Bytes 58 to 90 of a manifest are the account key; format 2 holds the former key's endorsement.
create or replace function private.keep_account_key()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not coalesce(
    (
      select get_byte(m.body, 0) = 2 and substring(m.body from 58 for 33) = new.account_key
      from public.device_manifests m
      where m.user_id = new.user_id
      order by m.version desc
      limit 1
    ),
    false
  ) then
    raise exception 'account_key_pinned' using errcode = '42501';
  end if;
  return new;
end
$$;
comment on function private.keep_account_key() is
  'Trigger: an account key, once there, stays, unless the newest manifest endorses another one.';

create or replace function private.vault_json(p_vault public.account_vaults)
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
  || case
    when p_vault.device_wraps is null then '{}'
    else jsonb_build_object('deviceWraps', private.to_base64(p_vault.device_wraps))
  end
$$;

create function private.vault_row(p_user uuid, p_vault jsonb)
returns public.account_vaults
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  v_vault public.account_vaults;
begin
  v_vault.user_id := p_user;
  v_vault.version := (p_vault ->> 'version')::bigint;
  v_vault.kdf_algorithm := p_vault -> 'kdf' ->> 'algorithm';
  v_vault.kdf_iterations := (p_vault -> 'kdf' ->> 'iterations')::integer;
  v_vault.kdf_salt := private.json_bytes(p_vault -> 'kdf', 'salt');
  v_vault.password_wrap := private.json_bytes(p_vault, 'passwordWrap');
  v_vault.recovery_wrap := private.json_bytes(p_vault, 'recoveryWrap');
  v_vault.body := private.json_bytes(p_vault, 'body');
  v_vault.device_wraps := private.optional_json_bytes(p_vault, 'deviceWraps');
  v_vault.updated_at := now();
  return v_vault;
end
$$;
comment on function private.vault_row(uuid, jsonb) is 'A vault as it would be stored.';

create function private.replace_vault(
  p_old public.account_vaults, p_new public.account_vaults, p_device uuid, p_detail jsonb
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if p_old.version + 1 is distinct from p_new.version then
    raise sqlstate 'PT409' using message = 'stale_vault';
  end if;
  update public.account_vaults v
  set version = p_new.version,
      kdf_algorithm = p_new.kdf_algorithm,
      kdf_iterations = p_new.kdf_iterations,
      kdf_salt = p_new.kdf_salt,
      password_wrap = p_new.password_wrap,
      recovery_wrap = p_new.recovery_wrap,
      body = p_new.body,
      device_wraps = p_new.device_wraps,
      updated_at = p_new.updated_at
  where v.user_id = p_new.user_id;
  perform private.audit(
    p_new.user_id,
    p_device,
    'vault_changed',
    p_detail || jsonb_build_object(
      'version', p_new.version,
      'passwordWrap', p_new.password_wrap <> p_old.password_wrap,
      'recoveryWrap', p_new.recovery_wrap <> p_old.recovery_wrap
    )
  );
end
$$;
comment on function private.replace_vault(public.account_vaults, public.account_vaults, uuid, jsonb) is
  'Stores the next vault in place of this one, which the caller has locked; PT409 when it is not the next.';

create or replace function private.put_vault(p_user uuid, p_session uuid, p_vault jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new public.account_vaults := private.vault_row(p_user, p_vault);
  v_old public.account_vaults;
  v_device uuid;
begin
  -- Before the caller is looked at: who waits here for its own removal is removed afterwards.
  select v.* into v_old from public.account_vaults v where v.user_id = p_user for update;
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
    select v.* into v_old from public.account_vaults v where v.user_id = p_user for update;
  elsif v_device is null then
    raise sqlstate 'PT403' using message = 'device_needed';
  end if;

  if private.vault_json(v_old) is distinct from private.vault_json(v_new) then
    if (
      select count(*) from private.audit_events e
      where e.device_id = v_device
        and e.action = 'vault_changed'
        and e.at > now() - interval '24 hours'
    ) >= 200 then
      raise sqlstate 'PT429' using message = 'too_many_vaults';
    end if;
    perform private.replace_vault(v_old, v_new, v_device, '{}');
  end if;
  return jsonb_build_object('version', v_new.version);
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_vault';
  when foreign_key_violation then
    raise sqlstate 'PT404' using message = 'no_user';
end
$$;

create function private.succeed_account_key(
  p_user uuid, p_device uuid, p_pinned_key bytea, p_manifest jsonb
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_former_key bytea := private.json_bytes(p_manifest, 'formerAccountKey');
  v_account_key bytea := private.json_bytes(p_manifest, 'accountKey');
begin
  if v_former_key is distinct from p_pinned_key then
    raise sqlstate 'PT409' using message = 'other_account_key';
  end if;
  if v_account_key = p_pinned_key then
    raise sqlstate 'PT400' using message = 'same_account_key';
  end if;
  perform private.append_manifest(p_user, v_account_key, p_manifest);
  update public.profiles p set account_key = v_account_key where p.user_id = p_user;
  -- What was answered under the former key can let nobody in any more.
  perform private.end_link(l.id, l.state)
  from (
    select id, state from private.device_links
    where user_id = p_user and ended_at is null and answer_account_key is not null
    order by id
    for update
  ) l;
  perform private.audit(
    p_user, p_device, 'account_key_changed',
    jsonb_build_object('manifest', (p_manifest ->> 'version')::bigint)
  );
end
$$;
comment on function private.succeed_account_key(uuid, uuid, bytea, jsonb) is
  'Appends a manifest that names another account key, which the relay has found endorsed by the pinned one, and pins that.';

drop function public.relay_publish_manifest(uuid, uuid, jsonb, jsonb);
drop function private.publish_manifest(uuid, uuid, jsonb, jsonb);

create function private.publish_manifest(
  p_user uuid, p_device uuid, p_manifest jsonb, p_devices jsonb, p_vault jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_pinned_key bytea := private.lock_account(p_user);
  v_version bigint := (p_manifest ->> 'version')::bigint;
  v_target public.devices;
  v_listed jsonb;
  v_old_vault public.account_vaults;
  v_new_vault public.account_vaults;
begin
  perform private.require_device(p_user, p_device);
  if p_vault is not null then
    if not exists (
      select from public.devices d
      where d.id = p_device and private.session_exists(p_user, d.auth_session_id)
    ) then
      raise sqlstate 'PT403' using message = 'session_ended';
    end if;
    v_new_vault := private.vault_row(p_user, p_vault);
    select v.* into v_old_vault
    from public.account_vaults v
    where v.user_id = p_user
    for update;
  elsif p_manifest ? 'formerAccountKey' then
    raise sqlstate 'PT400' using message = 'vault_needed';
  end if;
  if exists (
    select from public.device_manifests m
    where m.user_id = p_user
      and m.version = v_version
      and m.body = private.json_bytes(p_manifest, 'body')
  ) then
    if p_vault is not null
      and private.vault_json(v_old_vault) is distinct from private.vault_json(v_new_vault) then
      raise sqlstate 'PT409' using message = 'other_vault';
    end if;
  else
    if exists (
      select
      from jsonb_array_elements(p_devices) l
      where not exists (
        select from public.devices d
        where d.id = (l ->> 'deviceId')::uuid
          and d.user_id = p_user
          and d.number = (l ->> 'number')::smallint
          and d.identity_key = private.json_bytes(l, 'identityKey')
      )
    ) then
      raise sqlstate 'PT400' using message = 'other_devices';
    end if;
    -- Chains are kept for ever, and read by everybody the account talks with. A removal is never put off:
    -- a stolen device could use the day's number up to stay.
    if (
      select count(*) from public.device_manifests m
      where m.user_id = p_user and m.created_at > now() - interval '24 hours'
    ) >= 100 and not exists (
      select from public.devices d
      where d.user_id = p_user and d.is_active and not exists (
        select from jsonb_array_elements(p_devices) l where (l ->> 'deviceId')::uuid = d.id
      )
    ) then
      raise sqlstate 'PT429' using message = 'too_many_manifests';
    end if;
    if p_manifest ? 'formerAccountKey' then
      perform private.succeed_account_key(p_user, p_device, v_pinned_key, p_manifest);
    else
      perform private.append_manifest(p_user, v_pinned_key, p_manifest);
    end if;
    if p_vault is not null then
      perform private.replace_vault(
        v_old_vault, v_new_vault, p_device, jsonb_build_object('manifest', v_version)
      );
    end if;
    for v_target in
      select d.* from public.devices d
      where d.user_id = p_user and d.is_active
      order by d.id
      for no key update
    loop
      select l into v_listed from jsonb_array_elements(p_devices) l
      where (l ->> 'deviceId')::uuid = v_target.id;
      if found then
        perform private.change_device(p_device, v_target, v_listed, v_version);
      elsif v_target.id = p_device then
        raise sqlstate 'PT400' using message = 'own_device';
      else
        perform private.revoke_device(p_device, v_target, v_version);
      end if;
    end loop;
  end if;
  return (
    select coalesce(jsonb_agg(private.device_json(d) order by d.number), '[]')
    from public.devices d
    where d.user_id = p_user
  );
exception
  when check_violation or not_null_violation or numeric_value_out_of_range
    or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_manifest';
end
$$;

create function public.relay_publish_manifest(
  p_user uuid, p_device uuid, p_manifest jsonb, p_devices jsonb, p_vault jsonb default null
)
returns jsonb
language sql
set search_path = ''
as $$ select private.publish_manifest(p_user, p_device, p_manifest, p_devices, p_vault) $$;

revoke all on function
  private.vault_row(uuid, jsonb),
  private.replace_vault(public.account_vaults, public.account_vaults, uuid, jsonb),
  private.succeed_account_key(uuid, uuid, bytea, jsonb),
  private.publish_manifest(uuid, uuid, jsonb, jsonb, jsonb),
  public.relay_publish_manifest(uuid, uuid, jsonb, jsonb, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  private.publish_manifest(uuid, uuid, jsonb, jsonb, jsonb),
  public.relay_publish_manifest(uuid, uuid, jsonb, jsonb, jsonb)
  to service_role;
