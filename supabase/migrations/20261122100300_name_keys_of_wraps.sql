-- purpose: a wrap says which of a device's keys it was sealed to, may be sealed to a hybrid key, and is
--   refused when that is not the device's key of now. A wrap for a key that is gone gives way.
-- the server can learn: which key of a device opens a wrap, which the sizes say already.
-- locks: access exclusive for a moment on public.chat_key_wraps; then share update exclusive while its
--   rows are checked.
-- way back: delete the wraps that name a key, drop the column, create the functions and the check
--   again as they were. Devices then ask each other for wraps anew.

alter table public.chat_key_wraps add column sealed_to bytea;
comment on column public.chat_key_wraps.sealed_to is
  'First 16 bytes of the SHA-256 of the key it was sealed to; null in vault wraps and those from before.';
alter table public.chat_key_wraps
  drop constraint chat_key_wraps_ephemeral_public_key_check,
  add constraint chat_key_wraps_ephemeral_public_key_check
    check (
      (device_id is null) = (ephemeral_public_key is null)
      and octet_length(ephemeral_public_key) in (32, 1120)
    ) not valid,
  add constraint chat_key_wraps_sealed_to_check check (octet_length(sealed_to) = 16) not valid;
alter table public.chat_key_wraps
  validate constraint chat_key_wraps_ephemeral_public_key_check;
alter table public.chat_key_wraps validate constraint chat_key_wraps_sealed_to_check;

create function private.key_name(p_key bytea)
returns bytea
language sql
immutable strict parallel safe
set search_path = ''
as $$ select substring(sha256(p_key) from 1 for 16) $$;
comment on function private.key_name(bytea) is 'How a wrap names the key it is sealed to.';

create function private.holds_key(p_device public.devices, p_sealed_to bytea)
returns boolean
language sql
immutable
set search_path = ''
as $$
  -- Wraps without a name were sealed to the sealing key; they go when that one changes.
  select p_sealed_to is null
    or p_sealed_to = private.key_name(p_device.public_key)
    or p_sealed_to is not distinct from private.key_name(p_device.hybrid_public_key)
$$;
comment on function private.holds_key(public.devices, bytea) is
  'Whether a wrap that names this key can be opened by the device with the keys it has now.';

create or replace function private.device_wrap_json(p_wrap public.chat_key_wraps)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'deviceId', p_wrap.device_id,
    'userId', p_wrap.user_id,
    'ephemeralPublicKey', private.to_base64(p_wrap.ephemeral_public_key),
    'encryptedKey', private.to_base64(p_wrap.encrypted_key),
    'sealedTo', private.to_base64(p_wrap.sealed_to),
    'sealedByUserId', p_wrap.sealed_by_user_id,
    'sealedByDeviceId', p_wrap.sealed_by_device_id
  ))
$$;

create or replace function private.insert_wraps(
  p_user uuid, p_device uuid, p_chat uuid, p_epoch bigint, p_device_wraps jsonb, p_vault_wrap text
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if jsonb_typeof(p_device_wraps) is distinct from 'array' then
    raise sqlstate 'PT400' using message = 'bad_wraps';
  end if;
  if jsonb_array_length(p_device_wraps) > 30 then
    raise sqlstate 'PT413' using message = 'too_many_wraps';
  end if;
  if exists (
    select
    from jsonb_array_elements(p_device_wraps) w
    where not exists (
      select
      from public.devices d
      join public.chat_members m on m.user_id = d.user_id
      where d.id = (w ->> 'deviceId')::uuid
        and d.user_id = (w ->> 'userId')::uuid
        and d.is_active
        and m.chat_id = p_chat
        and m.left_seq is null
    )
  ) then
    raise sqlstate 'PT409' using message = 'not_a_members_device';
  end if;
  if exists (
    select
    from jsonb_array_elements(p_device_wraps) w
    join public.devices d on d.id = (w ->> 'deviceId')::uuid
    where octet_length(private.json_bytes(w, 'ephemeralPublicKey'))
        <> case when d.hybrid_public_key is null then 32 else 1120 end
      -- A client from before wraps named keys knows of sealing keys alone.
      or coalesce(
        private.optional_json_bytes(w, 'sealedTo'), private.key_name(d.public_key)
      ) <> private.key_name(coalesce(d.hybrid_public_key, d.public_key))
  ) then
    raise sqlstate 'PT409' using message = 'other_key';
  end if;

  insert into public.chat_key_wraps as old (
    chat_id, epoch, user_id, device_id, ephemeral_public_key, encrypted_key, sealed_to,
    sealed_by_user_id, sealed_by_device_id
  )
  -- The first wrap for a device counts; one statement could not replace a row twice.
  select distinct on ((w.wrap ->> 'deviceId')::uuid)
    p_chat, p_epoch, (w.wrap ->> 'userId')::uuid, (w.wrap ->> 'deviceId')::uuid,
    private.json_bytes(w.wrap, 'ephemeralPublicKey'), private.json_bytes(w.wrap, 'encryptedKey'),
    private.optional_json_bytes(w.wrap, 'sealedTo'), p_user, p_device
  from jsonb_array_elements(p_device_wraps) with ordinality w (wrap, n)
  -- In one order, so that two devices filling the same gap wait for each other and never deadlock.
  order by (w.wrap ->> 'deviceId')::uuid, w.n
  on conflict on constraint chat_key_wraps_recipient_key do update
    set ephemeral_public_key = excluded.ephemeral_public_key,
        encrypted_key = excluded.encrypted_key,
        sealed_to = excluded.sealed_to,
        sealed_by_user_id = excluded.sealed_by_user_id,
        sealed_by_device_id = excluded.sealed_by_device_id,
        created_at = now()
    where (old.user_id = p_user and old.sealed_by_user_id <> p_user)
      -- It arrived while the device's keys changed.
      or not exists (
        select from public.devices d
        where d.id = old.device_id and private.holds_key(d, old.sealed_to)
      );

  if p_vault_wrap is not null then
    insert into public.chat_key_wraps (
      chat_id, epoch, user_id, encrypted_key, sealed_by_user_id, sealed_by_device_id
    )
    values (p_chat, p_epoch, p_user, private.from_base64(p_vault_wrap), p_user, p_device)
    on conflict on constraint chat_key_wraps_recipient_key do nothing;
  end if;
end
$$;

revoke all on function
  private.key_name(bytea), private.holds_key(public.devices, bytea)
  from public, anon, authenticated, service_role;
