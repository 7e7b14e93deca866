-- purpose: a wrap for one of an account's devices that somebody else put there may be replaced by the
--   account's own devices. Otherwise a member could fill the place of another member's new device with
--   rubbish, and the right wrap would be refused for ever.
-- the server can learn: nothing new.
-- locks: none on existing tables.
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
  if jsonb_array_length(p_device_wraps) > 41 then
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

  insert into public.chat_key_wraps as old (
    chat_id, epoch, user_id, device_id, ephemeral_public_key, encrypted_key,
    sealed_by_user_id, sealed_by_device_id
  )
  -- The first wrap for a device counts; one statement could not replace a row twice.
  select distinct on ((w.wrap ->> 'deviceId')::uuid)
    p_chat, p_epoch, (w.wrap ->> 'userId')::uuid, (w.wrap ->> 'deviceId')::uuid,
    private.json_bytes(w.wrap, 'ephemeralPublicKey'), private.json_bytes(w.wrap, 'encryptedKey'),
    p_user, p_device
  from jsonb_array_elements(p_device_wraps) with ordinality w (wrap, n)
  -- In one order, so that two devices filling the same gap wait for each other and never deadlock.
  order by (w.wrap ->> 'deviceId')::uuid, w.n
  on conflict on constraint chat_key_wraps_recipient_key do update
    set ephemeral_public_key = excluded.ephemeral_public_key,
        encrypted_key = excluded.encrypted_key,
        sealed_by_user_id = excluded.sealed_by_user_id,
        sealed_by_device_id = excluded.sealed_by_device_id,
        created_at = now()
    where old.user_id = p_user and old.sealed_by_user_id <> p_user;

  if p_vault_wrap is not null then
    insert into public.chat_key_wraps (
      chat_id, epoch, user_id, encrypted_key, sealed_by_user_id, sealed_by_device_id
    )
    values (p_chat, p_epoch, p_user, private.from_base64(p_vault_wrap), p_user, p_device)
    on conflict on constraint chat_key_wraps_recipient_key do nothing;
  end if;
end
$$;
