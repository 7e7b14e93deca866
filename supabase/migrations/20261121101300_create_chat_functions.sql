-- purpose: starting and listing direct chats, and handing out the wraps of their epoch keys.
-- the server can learn: nothing that the tables do not hold.
-- locks: none on existing tables.
-- way back: drop the functions; a relay of this version then cannot serve.

create function private.require_member(p_user uuid, p_chat uuid)
returns void
language plpgsql
stable security definer
set search_path = ''
as $$
begin
  if not exists (
    select from public.chat_members m
    where m.chat_id = p_chat and m.user_id = p_user and m.left_seq is null
  ) then
    raise sqlstate 'PT404' using message = 'no_chat';
  end if;
end
$$;

create function private.chat_json(p_chat public.chats)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'chatId', p_chat.id,
    'kind', p_chat.kind,
    'members', coalesce(
      (
        select jsonb_agg(private.profile_json(p) order by m.joined_at, m.user_id)
        from public.chat_members m
        join public.profiles p on p.user_id = m.user_id
        where m.chat_id = p_chat.id and m.left_seq is null
      ),
      '[]'
    ),
    'headSeq', p_chat.next_seq - 1,
    'createdAtMs', private.to_ms(p_chat.created_at)
  )
$$;

create function private.device_wrap_json(p_wrap public.chat_key_wraps)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'deviceId', p_wrap.device_id,
    'userId', p_wrap.user_id,
    'ephemeralPublicKey', private.to_base64(p_wrap.ephemeral_public_key),
    'encryptedKey', private.to_base64(p_wrap.encrypted_key),
    'sealedByUserId', p_wrap.sealed_by_user_id,
    'sealedByDeviceId', p_wrap.sealed_by_device_id
  )
$$;

create function private.insert_wraps(
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

  insert into public.chat_key_wraps (
    chat_id, epoch, user_id, device_id, ephemeral_public_key, encrypted_key,
    sealed_by_user_id, sealed_by_device_id
  )
  select
    p_chat, p_epoch, (w ->> 'userId')::uuid, (w ->> 'deviceId')::uuid,
    private.json_bytes(w, 'ephemeralPublicKey'), private.json_bytes(w, 'encryptedKey'),
    p_user, p_device
  from jsonb_array_elements(p_device_wraps) w
  -- In one order, so that two devices filling the same gap wait for each other and never deadlock.
  order by (w ->> 'deviceId')::uuid
  on conflict on constraint chat_key_wraps_recipient_key do nothing;

  if p_vault_wrap is not null then
    insert into public.chat_key_wraps (
      chat_id, epoch, user_id, encrypted_key, sealed_by_user_id, sealed_by_device_id
    )
    values (p_chat, p_epoch, p_user, private.from_base64(p_vault_wrap), p_user, p_device)
    on conflict on constraint chat_key_wraps_recipient_key do nothing;
  end if;
end
$$;

create function private.create_direct_chat(p_user uuid, p_device uuid, p_chat jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_partner uuid := (p_chat ->> 'partnerId')::uuid;
  v_direct_key text := least(p_user, v_partner) || ':' || greatest(p_user, v_partner);
  v_epoch jsonb := p_chat -> 'epoch';
  v_chat public.chats;
begin
  perform private.require_device(p_user, p_device);
  if not exists (
    select from public.profiles p where p.user_id = v_partner and p.account_key is not null
  ) then
    raise sqlstate 'PT404' using message = 'no_person';
  end if;

  -- Waits for a concurrent creation of the same chat, then sees it below.
  insert into public.chats (id, kind, direct_key)
  values ((p_chat ->> 'chatId')::uuid, 'direct', v_direct_key)
  on conflict do nothing
  returning * into v_chat;
  if v_chat.id is null then
    select c.* into v_chat from public.chats c where c.direct_key = v_direct_key;
    if not found then
      raise sqlstate 'PT409' using message = 'chat_id_taken';
    end if;
    perform private.require_member(p_user, v_chat.id);
    return jsonb_build_object('chat', private.chat_json(v_chat), 'created', false);
  end if;

  if (v_epoch ->> 'epoch')::bigint is distinct from 1 then
    raise sqlstate 'PT400' using message = 'first_epoch_is_1';
  end if;
  insert into public.chat_members (chat_id, user_id)
  select distinct v_chat.id, u.id from unnest(array[p_user, v_partner]) u (id);
  insert into public.chat_key_epochs (
    chat_id, epoch, key_id, commitment, maker_user_id, maker_device_id, key_timestamp_ms, iterations
  )
  values (
    v_chat.id, 1, private.json_bytes(v_epoch, 'keyId'), private.json_bytes(v_epoch, 'commitment'),
    p_user, p_device, (v_epoch ->> 'timestampMs')::bigint, (v_epoch ->> 'iterations')::integer
  );
  perform private.insert_wraps(
    p_user, p_device, v_chat.id, 1, v_epoch -> 'deviceWraps', v_epoch ->> 'vaultWrap'
  );
  return jsonb_build_object('chat', private.chat_json(v_chat), 'created', true);
exception
  when check_violation or not_null_violation or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_chat';
end
$$;

create function private.list_chats(p_user uuid, p_after uuid, p_limit integer)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'chats', coalesce(jsonb_agg(private.chat_json(page.chat) order by (page.chat).id), '[]')
  )
  from (
    select c as chat
    from public.chat_members m
    join public.chats c on c.id = m.chat_id
    where m.user_id = p_user
      and m.left_seq is null
      and (p_after is null or m.chat_id > p_after)
    order by m.chat_id
    limit least(p_limit, 200)
  ) page
$$;

create function private.get_chat_keys(p_user uuid, p_device uuid, p_chat uuid)
returns jsonb
language plpgsql
stable security definer
set search_path = ''
as $$
begin
  perform private.require_device(p_user, p_device);
  perform private.require_member(p_user, p_chat);
  return (
    select jsonb_build_object('epochs', coalesce(jsonb_agg(e.epoch_json order by e.epoch), '[]'))
    from (
      select
        k.epoch,
        jsonb_build_object(
          'epoch', k.epoch,
          'keyId', private.to_base64(k.key_id),
          'commitment', private.to_base64(k.commitment),
          'makerUserId', k.maker_user_id,
          'makerDeviceId', k.maker_device_id,
          'timestampMs', k.key_timestamp_ms,
          'iterations', k.iterations,
          'deviceWrap', (
            select private.device_wrap_json(w)
            from public.chat_key_wraps w
            where w.chat_id = k.chat_id and w.epoch = k.epoch
              and w.user_id = p_user and w.device_id = p_device
          ),
          'vaultWrap', (
            select private.to_base64(w.encrypted_key)
            from public.chat_key_wraps w
            where w.chat_id = k.chat_id and w.epoch = k.epoch
              and w.user_id = p_user and w.device_id is null
          ),
          'wrappedDevices', coalesce(
            (
              select jsonb_agg(w.device_id order by w.device_id)
              from public.chat_key_wraps w
              where w.chat_id = k.chat_id and w.epoch = k.epoch and w.device_id is not null
            ),
            '[]'
          )
        ) as epoch_json
      from public.chat_key_epochs k
      where k.chat_id = p_chat
    ) e
  );
end
$$;

create function private.put_chat_wraps(
  p_user uuid, p_device uuid, p_chat uuid, p_epoch bigint, p_device_wraps jsonb, p_vault_wrap text
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_device(p_user, p_device);
  perform private.require_member(p_user, p_chat);
  if not exists (
    select from public.chat_key_epochs k where k.chat_id = p_chat and k.epoch = p_epoch
  ) then
    raise sqlstate 'PT404' using message = 'no_epoch';
  end if;
  perform private.insert_wraps(p_user, p_device, p_chat, p_epoch, p_device_wraps, p_vault_wrap);
  return '{}';
exception
  when check_violation or not_null_violation or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_wraps';
end
$$;

create function private.current_members(p_chat uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(m.user_id order by m.user_id), '[]')
  from public.chat_members m
  where m.chat_id = p_chat and m.left_seq is null
$$;

create function public.relay_create_direct_chat(p_user uuid, p_device uuid, p_chat jsonb)
returns jsonb
language sql
set search_path = ''
as $$ select private.create_direct_chat(p_user, p_device, p_chat) $$;

create function public.relay_list_chats(p_user uuid, p_after uuid, p_limit integer)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.list_chats(p_user, p_after, p_limit) $$;

create function public.relay_get_chat_keys(p_user uuid, p_device uuid, p_chat uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.get_chat_keys(p_user, p_device, p_chat) $$;

create function public.relay_put_chat_wraps(
  p_user uuid, p_device uuid, p_chat uuid, p_epoch bigint, p_device_wraps jsonb,
  p_vault_wrap text default null
)
returns jsonb
language sql
set search_path = ''
as $$
  select private.put_chat_wraps(p_user, p_device, p_chat, p_epoch, p_device_wraps, p_vault_wrap)
$$;

create function public.relay_chat_members(p_chat uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.current_members(p_chat) $$;

revoke all on function
  private.require_member(uuid, uuid),
  private.chat_json(public.chats),
  private.device_wrap_json(public.chat_key_wraps),
  private.insert_wraps(uuid, uuid, uuid, bigint, jsonb, text),
  private.create_direct_chat(uuid, uuid, jsonb),
  private.list_chats(uuid, uuid, integer),
  private.get_chat_keys(uuid, uuid, uuid),
  private.put_chat_wraps(uuid, uuid, uuid, bigint, jsonb, text),
  private.current_members(uuid),
  public.relay_create_direct_chat(uuid, uuid, jsonb),
  public.relay_list_chats(uuid, uuid, integer),
  public.relay_get_chat_keys(uuid, uuid, uuid),
  public.relay_put_chat_wraps(uuid, uuid, uuid, bigint, jsonb, text),
  public.relay_chat_members(uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.create_direct_chat(uuid, uuid, jsonb),
  private.list_chats(uuid, uuid, integer),
  private.get_chat_keys(uuid, uuid, uuid),
  private.put_chat_wraps(uuid, uuid, uuid, bigint, jsonb, text),
  private.current_members(uuid),
  public.relay_create_direct_chat(uuid, uuid, jsonb),
  public.relay_list_chats(uuid, uuid, integer),
  public.relay_get_chat_keys(uuid, uuid, uuid),
  public.relay_put_chat_wraps(uuid, uuid, uuid, bigint, jsonb, text),
  public.relay_chat_members(uuid)
  to service_role;
