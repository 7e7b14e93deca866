-- purpose: a vault wrap that a removed device put can be replaced by the account's other devices, so that
--   a thief cannot leave an epoch for which the vault has nothing that opens.
-- the server can learn: nothing new.
-- locks: none but the function's own row; no rows are rewritten.
-- way back: create the function again as it was.

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
    insert into public.chat_key_wraps as old (
      chat_id, epoch, user_id, encrypted_key, sealed_by_user_id, sealed_by_device_id
    )
    values (p_chat, p_epoch, p_user, private.from_base64(p_vault_wrap), p_user, p_device)
    on conflict on constraint chat_key_wraps_recipient_key do update
      set encrypted_key = excluded.encrypted_key,
          sealed_by_user_id = excluded.sealed_by_user_id,
          sealed_by_device_id = excluded.sealed_by_device_id,
          created_at = now()
      -- While its device is active it stays: a stolen one cannot spoil what others have put.
      where not exists (
        select from public.devices d where d.id = old.sealed_by_device_id and d.is_active
      );
  end if;
end
$$;
