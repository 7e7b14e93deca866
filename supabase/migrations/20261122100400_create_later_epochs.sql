-- purpose: epochs after the first, made when somebody's devices change, and what each was made under.
-- the server can learn: which manifest versions the maker of an epoch had seen.
-- locks: access exclusive for a moment on public.chat_key_epochs; no rows are rewritten. At run time the
--   chat's row, so that of two devices that begin an epoch one is refused.
-- way back: drop the new functions, create the others again as they were, drop the column.

alter table public.chat_key_epochs add column made_under bytea;
comment on column public.chat_key_epochs.made_under is
  'Version and hash of each member''s manifest; the maker''s seals authenticate it. Null in epochs from before.';
alter table public.chat_key_epochs
  add constraint chat_key_epochs_made_under_check check (octet_length(made_under) between 1 and 256);

create function private.insert_epoch(p_user uuid, p_device uuid, p_chat uuid, p_epoch jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.chat_key_epochs (
    chat_id, epoch, key_id, commitment, maker_user_id, maker_device_id, key_timestamp_ms,
    iterations, made_under
  )
  values (
    p_chat, (p_epoch ->> 'epoch')::bigint, private.json_bytes(p_epoch, 'keyId'),
    private.json_bytes(p_epoch, 'commitment'), p_user, p_device,
    (p_epoch ->> 'timestampMs')::bigint, (p_epoch ->> 'iterations')::integer,
    private.optional_json_bytes(p_epoch, 'madeUnder')
  );
  perform private.insert_wraps(
    p_user, p_device, p_chat, (p_epoch ->> 'epoch')::bigint, p_epoch -> 'deviceWraps',
    p_epoch ->> 'vaultWrap'
  );
end
$$;

create or replace function private.create_direct_chat(p_user uuid, p_device uuid, p_chat jsonb)
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
  perform private.insert_epoch(p_user, p_device, v_chat.id, v_epoch);
  return jsonb_build_object('chat', private.chat_json(v_chat), 'created', true);
exception
  when check_violation or not_null_violation or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_chat';
end
$$;

create function private.create_epoch(p_user uuid, p_device uuid, p_chat uuid, p_epoch jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_epoch bigint := (p_epoch ->> 'epoch')::bigint;
  v_old public.chat_key_epochs;
begin
  perform private.require_device(p_user, p_device);
  perform from public.chats c where c.id = p_chat for no key update;
  perform private.require_member(p_user, p_chat);

  select k.* into v_old from public.chat_key_epochs k
  where k.chat_id = p_chat and k.epoch = v_epoch;
  if found then
    if (v_old.key_id, v_old.commitment, v_old.maker_user_id, v_old.maker_device_id,
        v_old.key_timestamp_ms, v_old.iterations, v_old.made_under)
      is distinct from
      (private.json_bytes(p_epoch, 'keyId'), private.json_bytes(p_epoch, 'commitment'), p_user,
        p_device, (p_epoch ->> 'timestampMs')::bigint, (p_epoch ->> 'iterations')::integer,
        private.optional_json_bytes(p_epoch, 'madeUnder')) then
      raise sqlstate 'PT409' using message = 'other_epoch';
    end if;
    return jsonb_build_object('created', false);
  end if;
  if v_epoch is distinct from (
    select max(k.epoch) + 1 from public.chat_key_epochs k where k.chat_id = p_chat
  ) then
    raise sqlstate 'PT409' using message = 'not_the_next_epoch';
  end if;
  -- Epochs are kept for ever. Counted by maker: nobody can use up what others need to lock a device out.
  if (
    select count(*) from public.chat_key_epochs k
    where k.chat_id = p_chat and k.maker_user_id = p_user
      and k.created_at > now() - interval '24 hours'
  ) >= 100 then
    raise sqlstate 'PT429' using message = 'too_many_epochs';
  end if;
  perform private.insert_epoch(p_user, p_device, p_chat, p_epoch);
  perform private.audit(
    p_user, p_device, 'chat_epoch_created', jsonb_build_object('chatId', p_chat, 'epoch', v_epoch)
  );
  return jsonb_build_object('created', true);
exception
  when unique_violation then
    raise sqlstate 'PT409' using message = 'key_id_taken';
  when check_violation or not_null_violation or invalid_text_representation
    or numeric_value_out_of_range then
    raise sqlstate 'PT400' using message = 'bad_epoch';
end
$$;

create or replace function private.get_chat_keys(p_user uuid, p_device uuid, p_chat uuid)
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
            join public.devices d on d.id = w.device_id
            where w.chat_id = k.chat_id and w.epoch = k.epoch
              and w.user_id = p_user and w.device_id = p_device
              and private.holds_key(d, w.sealed_to)
          ),
          'vaultWrap', (
            select private.to_base64(w.encrypted_key)
            from public.chat_key_wraps w
            where w.chat_id = k.chat_id and w.epoch = k.epoch
              and w.user_id = p_user and w.device_id is null
          ),
          -- Without those that a device can no longer open: somebody seals again.
          'wrappedDevices', coalesce(
            (
              select jsonb_agg(w.device_id order by w.device_id)
              from public.chat_key_wraps w
              join public.devices d on d.id = w.device_id
              where w.chat_id = k.chat_id and w.epoch = k.epoch
                and private.holds_key(d, w.sealed_to)
            ),
            '[]'
          )
        )
        || case
          when k.made_under is null then '{}'
          else jsonb_build_object('madeUnder', private.to_base64(k.made_under))
        end as epoch_json
      from public.chat_key_epochs k
      where k.chat_id = p_chat
    ) e
  );
end
$$;

create function public.relay_create_epoch(p_user uuid, p_device uuid, p_chat uuid, p_epoch jsonb)
returns jsonb
language sql
set search_path = ''
as $$ select private.create_epoch(p_user, p_device, p_chat, p_epoch) $$;

revoke all on function
  private.insert_epoch(uuid, uuid, uuid, jsonb),
  private.create_epoch(uuid, uuid, uuid, jsonb),
  public.relay_create_epoch(uuid, uuid, uuid, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  private.create_epoch(uuid, uuid, uuid, jsonb),
  public.relay_create_epoch(uuid, uuid, uuid, jsonb)
  to service_role;
