-- purpose: one manifest changes the devices there are: names, keys, removals. What follows from it
--   happens in the same transaction.
-- the server can learn: nothing that the tables do not hold.
-- locks: none on existing tables. At run time one account's profile row.
-- way back: drop the functions; a relay of this version then cannot serve.

create function private.end_auth_session(p_user uuid, p_session uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from auth.sessions s where s.id = p_session and s.user_id = p_user;
exception
  -- The auth service's tables belong to it. Where the owner of these functions may not delete there,
  -- the session stays, bound to a revoked device: refused everywhere, as it was before this function.
  when insufficient_privilege then
    raise warning 'auth session not ended: no privilege';
end
$$;
comment on function private.end_auth_session(uuid, uuid) is
  'Ends a session of this user, so that its refresh token is worth nothing.';

create function private.revoke_device(p_by uuid, p_target public.devices, p_version bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The session id stays: it tells the session of a revoked device from one that just ended.
  update public.devices d set is_active = false, revoked_at = now() where d.id = p_target.id;
  delete from public.signed_prekeys k where k.device_id = p_target.id;
  delete from public.kem_prekeys k where k.device_id = p_target.id;
  delete from public.one_time_prekeys k where k.device_id = p_target.id;
  delete from public.chat_key_wraps w where w.device_id = p_target.id;
  perform private.end_auth_session(p_target.user_id, p_target.auth_session_id);
  perform private.audit(
    p_target.user_id, p_target.id, 'device_revoked',
    jsonb_build_object('byDeviceId', p_by, 'manifest', p_version)
  );
end
$$;

-- `p_listed` is a device as the manifest lists it, and its name where the name's hash is another.
create function private.change_device(
  p_by uuid, p_target public.devices, p_listed jsonb, p_version bigint
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new public.devices := p_target;
  v_detail jsonb := jsonb_build_object('byDeviceId', p_by, 'manifest', p_version);
begin
  v_new.name := coalesce(p_listed ->> 'name', p_target.name);
  v_new.name_hash := private.json_bytes(p_listed, 'nameHash');
  v_new.public_key := private.json_bytes(p_listed, 'publicKey');
  v_new.hybrid_public_key := private.optional_json_bytes(p_listed, 'hybridPublicKey');
  if v_new.name_hash <> p_target.name_hash then
    if p_listed ->> 'name' is null then
      raise sqlstate 'PT400' using message = 'name_needed';
    end if;
    perform private.audit(p_target.user_id, p_target.id, 'device_renamed', v_detail);
  end if;
  if (v_new.public_key, v_new.hybrid_public_key)
    is distinct from (p_target.public_key, p_target.hybrid_public_key) then
    delete from public.chat_key_wraps w
    where w.device_id = p_target.id
      and case
        when w.sealed_to is null then v_new.public_key <> p_target.public_key
        else not private.holds_key(v_new, w.sealed_to)
      end;
    perform private.audit(p_target.user_id, p_target.id, 'device_keys_changed', v_detail);
  end if;
  if v_new is distinct from p_target then
    update public.devices d
    set name = v_new.name,
        name_hash = v_new.name_hash,
        public_key = v_new.public_key,
        hybrid_public_key = v_new.hybrid_public_key
    where d.id = p_target.id;
  end if;
end
$$;

create function private.publish_manifest(
  p_user uuid, p_device uuid, p_manifest jsonb, p_devices jsonb
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
begin
  perform private.require_device(p_user, p_device);
  if not exists (
    select from public.device_manifests m
    where m.user_id = p_user
      and m.version = v_version
      and m.body = private.json_bytes(p_manifest, 'body')
  ) then
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
    perform private.append_manifest(p_user, v_pinned_key, p_manifest);
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
  p_user uuid, p_device uuid, p_manifest jsonb, p_devices jsonb
)
returns jsonb
language sql
set search_path = ''
as $$ select private.publish_manifest(p_user, p_device, p_manifest, p_devices) $$;

revoke all on function
  private.end_auth_session(uuid, uuid),
  private.revoke_device(uuid, public.devices, bigint),
  private.change_device(uuid, public.devices, jsonb, bigint),
  private.publish_manifest(uuid, uuid, jsonb, jsonb),
  public.relay_publish_manifest(uuid, uuid, jsonb, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  private.publish_manifest(uuid, uuid, jsonb, jsonb),
  public.relay_publish_manifest(uuid, uuid, jsonb, jsonb)
  to service_role;
