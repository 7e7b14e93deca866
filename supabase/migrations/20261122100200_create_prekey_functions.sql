-- purpose: publishing prekeys, counting them, and handing each one-time key out once.
-- the server can learn: nothing that the tables do not hold.
-- locks: none on existing tables. At run time publishing locks the device's row; claiming waits for
--   nobody but other claims of the same device on the same device.
-- way back: drop the functions; a relay of this version then cannot serve.

create function private.prekey_stock(p_device uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'oneTime', (select count(*) from public.one_time_prekeys k where k.device_id = p_device),
    'oneTimeKem', (
      select count(*) from public.kem_prekeys k
      where k.device_id = p_device and not k.is_last_resort
    ),
    'signedPreKey', (
      select jsonb_build_object('id', k.prekey_id, 'createdAtMs', private.to_ms(k.created_at))
      from public.signed_prekeys k
      where k.device_id = p_device
    ),
    'lastResortKemPreKeyId', (
      select k.prekey_id from public.kem_prekeys k
      where k.device_id = p_device and k.is_last_resort
    )
  )
$$;

create function private.get_prekey_stock(p_user uuid, p_device uuid)
returns jsonb
language plpgsql
stable security definer
set search_path = ''
as $$
begin
  perform private.require_device(p_user, p_device);
  return private.prekey_stock(p_device);
end
$$;

-- A KEM id is one of the one-time keys or the last-resort key, never both, and stays used once claimed.
create function private.put_kem_prekey(p_device uuid, p_key jsonb, p_is_last_resort boolean)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id bigint := (p_key ->> 'id')::bigint;
  v_public_key bytea := private.json_bytes(p_key, 'publicKey');
  v_old public.kem_prekeys;
  v_used bytea;
begin
  select k.* into v_old from public.kem_prekeys k
  where k.device_id = p_device and k.prekey_id = v_id;
  if found then
    if v_old.public_key <> v_public_key or v_old.is_last_resort <> p_is_last_resort then
      raise sqlstate 'PT409' using message = 'other_kem_prekey';
    end if;
    return false;
  end if;
  select c.kem_hash into v_used from private.prekey_claims c
  where c.device_id = p_device and c.kem_prekey_id = v_id;
  if found then
    if v_used <> sha256(v_public_key) or p_is_last_resort then
      raise sqlstate 'PT409' using message = 'other_kem_prekey';
    end if;
    return false;
  end if;
  if p_is_last_resort then
    delete from public.kem_prekeys k where k.device_id = p_device and k.is_last_resort;
  end if;
  insert into public.kem_prekeys (device_id, prekey_id, public_key, signature, is_last_resort)
  values (
    p_device, v_id, v_public_key, private.json_bytes(p_key, 'signature'), p_is_last_resort
  );
  return true;
end
$$;

create function private.put_one_time_prekey(p_device uuid, p_key jsonb)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id bigint := (p_key ->> 'id')::bigint;
  v_public_key bytea := private.json_bytes(p_key, 'publicKey');
  v_hash bytea;
begin
  select sha256(k.public_key) into v_hash from public.one_time_prekeys k
  where k.device_id = p_device and k.prekey_id = v_id;
  if not found then
    select c.one_time_hash into v_hash from private.prekey_claims c
    where c.device_id = p_device and c.one_time_prekey_id = v_id;
  end if;
  if v_hash is null then
    insert into public.one_time_prekeys (device_id, prekey_id, public_key)
    values (p_device, v_id, v_public_key);
    return true;
  elsif v_hash <> sha256(v_public_key) then
    raise sqlstate 'PT409' using message = 'other_one_time_prekey';
  end if;
  return false;
end
$$;

create function private.put_signed_prekey(p_device uuid, p_key jsonb)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id bigint := (p_key ->> 'id')::bigint;
  v_public_key bytea := private.json_bytes(p_key, 'publicKey');
  v_old public.signed_prekeys;
begin
  select k.* into v_old from public.signed_prekeys k where k.device_id = p_device;
  if v_old.prekey_id = v_id then
    if v_old.public_key <> v_public_key then
      raise sqlstate 'PT409' using message = 'other_signed_prekey';
    end if;
    return false;
  end if;
  insert into public.signed_prekeys as k (device_id, prekey_id, public_key, signature)
  values (p_device, v_id, v_public_key, private.json_bytes(p_key, 'signature'))
  on conflict (device_id) do update
    set prekey_id = excluded.prekey_id,
        public_key = excluded.public_key,
        signature = excluded.signature,
        created_at = now();
  return true;
end
$$;

create function private.put_prekeys(p_user uuid, p_device uuid, p_prekeys jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_signed boolean := false;
  v_last_resort boolean := false;
  v_one_time integer;
  v_kem integer;
  v_stock jsonb;
begin
  -- One publication of a device at a time.
  perform from public.devices d where d.id = p_device for no key update;
  perform private.require_device(p_user, p_device);
  update public.devices d
  set registration_id = (p_prekeys ->> 'registrationId')::integer
  where d.id = p_device
    and d.registration_id is distinct from (p_prekeys ->> 'registrationId')::integer;

  if p_prekeys ->> 'signedPreKey' is not null then
    v_signed := private.put_signed_prekey(p_device, p_prekeys -> 'signedPreKey');
  end if;
  if p_prekeys ->> 'lastResortKemPreKey' is not null then
    v_last_resort := private.put_kem_prekey(p_device, p_prekeys -> 'lastResortKemPreKey', true);
  end if;
  select count(*) filter (where private.put_one_time_prekey(p_device, k)) into v_one_time
  from jsonb_array_elements(p_prekeys -> 'oneTimePreKeys') k;
  select count(*) filter (where private.put_kem_prekey(p_device, k, false)) into v_kem
  from jsonb_array_elements(p_prekeys -> 'oneTimeKemPreKeys') k;

  v_stock := private.prekey_stock(p_device);
  if (v_stock ->> 'oneTime')::integer > 100 or (v_stock ->> 'oneTimeKem')::integer > 20 then
    raise sqlstate 'PT413' using message = 'too_many_prekeys';
  end if;
  if v_signed or v_last_resort or v_one_time > 0 or v_kem > 0 then
    perform private.audit(
      p_user, p_device, 'prekeys_published',
      jsonb_build_object(
        'signed', v_signed, 'lastResort', v_last_resort, 'oneTime', v_one_time, 'oneTimeKem', v_kem
      )
    );
  end if;
  return v_stock;
exception
  when unique_violation then
    raise sqlstate 'PT409' using message = 'prekey_taken';
  when check_violation or not_null_violation or numeric_value_out_of_range
    or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_prekeys';
end
$$;

create function private.claim_prekeys(
  p_user uuid, p_device uuid, p_owner uuid, p_target uuid
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_target public.devices;
  v_nth timestamptz;
  v_signed public.signed_prekeys;
  v_kem public.kem_prekeys;
  v_one_time public.one_time_prekeys;
  v_stock jsonb;
begin
  perform private.require_device(p_user, p_device);
  select d.* into v_target from public.devices d
  where d.id = p_target and d.user_id = p_owner and d.is_active;
  -- Told alike: no such device, one that was revoked, one of somebody the caller has no chat with.
  if not found or not (p_owner = p_user or exists (
    select
    from public.chat_members mine
    join public.chat_members theirs on theirs.chat_id = mine.chat_id
    where mine.user_id = p_user and mine.left_seq is null
      and theirs.user_id = p_owner and theirs.left_seq is null
  )) then
    raise sqlstate 'PT404' using message = 'no_device';
  end if;

  -- So that claims at the same moment are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended(p_device || ':' || p_target, 0));
  select c.at into v_nth from private.prekey_claims c
  where c.device_id = p_target and c.claimed_by_device_id = p_device
    and c.at > clock_timestamp() - interval '24 hours'
  order by c.at desc
  offset 20 - 1
  limit 1;
  if found then
    return jsonb_build_object(
      'retryAfterMs',
      greatest(1, private.to_ms(v_nth + interval '24 hours') - private.to_ms(clock_timestamp()))
    );
  end if;

  select k.* into v_signed from public.signed_prekeys k where k.device_id = p_target;
  if not found or v_target.registration_id is null then
    raise sqlstate 'PT404' using message = 'no_prekeys';
  end if;
  delete from public.one_time_prekeys k
  where (k.device_id, k.prekey_id) = (
    select f.device_id, f.prekey_id from public.one_time_prekeys f
    where f.device_id = p_target
    order by f.prekey_id
    limit 1
    for update skip locked
  )
  returning k.* into v_one_time;
  delete from public.kem_prekeys k
  where (k.device_id, k.prekey_id) = (
    select f.device_id, f.prekey_id from public.kem_prekeys f
    where f.device_id = p_target and not f.is_last_resort
    order by f.prekey_id
    limit 1
    for update skip locked
  )
  returning k.* into v_kem;
  if not found then
    select k.* into v_kem from public.kem_prekeys k
    where k.device_id = p_target and k.is_last_resort;
    if not found then
      raise sqlstate 'PT404' using message = 'no_prekeys';
    end if;
  end if;

  insert into private.prekey_claims (
    at, device_id, claimed_by_device_id, one_time_prekey_id, one_time_hash, kem_prekey_id, kem_hash
  )
  values (
    clock_timestamp(), p_target, p_device, v_one_time.prekey_id, sha256(v_one_time.public_key),
    case when not v_kem.is_last_resort then v_kem.prekey_id end,
    case when not v_kem.is_last_resort then sha256(v_kem.public_key) end
  );
  perform private.audit(
    p_owner, p_target, 'prekeys_claimed',
    jsonb_build_object(
      'byUserId', p_user,
      'byDeviceId', p_device,
      'oneTime', v_one_time.prekey_id is not null,
      'lastResort', v_kem.is_last_resort
    )
  );
  v_stock := private.prekey_stock(p_target);
  return jsonb_build_object(
    'isLow', (v_stock ->> 'oneTime')::integer < 20 or (v_stock ->> 'oneTimeKem')::integer < 5,
    'claimed', jsonb_build_object(
      'deviceId', p_target,
      'registrationId', v_target.registration_id,
      'signedPreKey', jsonb_build_object(
        'id', v_signed.prekey_id,
        'publicKey', private.to_base64(v_signed.public_key),
        'signature', private.to_base64(v_signed.signature)
      ),
      'kemPreKey', jsonb_build_object(
        'id', v_kem.prekey_id,
        'publicKey', private.to_base64(v_kem.public_key),
        'signature', private.to_base64(v_kem.signature)
      ),
      'oneTimePreKey', case when v_one_time.prekey_id is not null then jsonb_build_object(
        'id', v_one_time.prekey_id,
        'publicKey', private.to_base64(v_one_time.public_key)
      ) end
    )
  );
end
$$;

create function public.relay_put_prekeys(p_user uuid, p_device uuid, p_prekeys jsonb)
returns jsonb
language sql
set search_path = ''
as $$ select private.put_prekeys(p_user, p_device, p_prekeys) $$;

create function public.relay_prekey_stock(p_user uuid, p_device uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.get_prekey_stock(p_user, p_device) $$;

create function public.relay_claim_prekeys(
  p_user uuid, p_device uuid, p_owner uuid, p_target uuid
)
returns jsonb
language sql
set search_path = ''
as $$ select private.claim_prekeys(p_user, p_device, p_owner, p_target) $$;

revoke all on function
  private.prekey_stock(uuid),
  private.get_prekey_stock(uuid, uuid),
  private.put_kem_prekey(uuid, jsonb, boolean),
  private.put_one_time_prekey(uuid, jsonb),
  private.put_signed_prekey(uuid, jsonb),
  private.put_prekeys(uuid, uuid, jsonb),
  private.claim_prekeys(uuid, uuid, uuid, uuid),
  public.relay_put_prekeys(uuid, uuid, jsonb),
  public.relay_prekey_stock(uuid, uuid),
  public.relay_claim_prekeys(uuid, uuid, uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.get_prekey_stock(uuid, uuid),
  private.put_prekeys(uuid, uuid, jsonb),
  private.claim_prekeys(uuid, uuid, uuid, uuid),
  public.relay_put_prekeys(uuid, uuid, jsonb),
  public.relay_prekey_stock(uuid, uuid),
  public.relay_claim_prekeys(uuid, uuid, uuid, uuid)
  to service_role;
