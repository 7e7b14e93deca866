-- purpose: a device's X-Wing key, which others seal epoch keys to; registration takes it from the
--   certified manifest and writes the audit record in its own transaction.
-- the server can learn: one more public key a device, which the manifest lists already.
-- locks: access exclusive for a moment on public.devices; no rows are rewritten.
-- way back: create private.register_device again as it was, then drop the column.

alter table public.devices add column hybrid_public_key bytea;
comment on column public.devices.hybrid_public_key is
  'X-Wing key that epoch keys are sealed to; null for a device of a client that has none.';
alter table public.devices
  add constraint devices_hybrid_public_key_check check (octet_length(hybrid_public_key) = 1216);
grant select (hybrid_public_key) on table public.devices to authenticated;

create function private.optional_json_bytes(p_object jsonb, p_key text)
returns bytea
language sql
immutable parallel safe
set search_path = ''
as $$
  select case when p_object ->> p_key is not null then private.json_bytes(p_object, p_key) end
$$;
comment on function private.optional_json_bytes(jsonb, text) is
  'Bytes under a key of an object, null where it is missing; PT400 where they are not base64.';

create or replace function private.register_device(
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
  v_new.hybrid_public_key := private.optional_json_bytes(p_device, 'hybridPublicKey');
  v_new.created_at := now();

  select d.* into v_old from public.devices d where d.id = v_new.id;
  if found then
    if (v_old.user_id, v_old.number, v_old.name, v_old.name_hash, v_old.device_type,
        v_old.identity_key, v_old.public_key, v_old.hybrid_public_key)
      is distinct from
      (v_new.user_id, v_new.number, v_new.name, v_new.name_hash, v_new.device_type,
        v_new.identity_key, v_new.public_key, v_new.hybrid_public_key)
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
    perform private.audit(
      p_user, v_new.id, 'device_registered',
      jsonb_build_object('manifest', (p_manifest ->> 'version')::bigint)
    );
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

revoke all on function private.optional_json_bytes(jsonb, text)
  from public, anon, authenticated, service_role;
