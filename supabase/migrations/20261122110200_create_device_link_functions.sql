-- purpose: the way of a device link: asked, answered, revealed, delivered or declined. Who may do what
--   next is decided here, under the row's lock, so that the first answer counts and nothing is handed
--   out twice.
-- the server can learn: nothing that the table does not hold.
-- locks: none on existing tables. At run time one account's profile row while a link is made.
-- way back: drop the functions; a relay of this version then cannot serve.

create function private.end_link(p_link uuid, p_state text)
returns void
language sql
security definer
set search_path = ''
as $$
  update private.device_links
  set state = p_state,
      ended_at = now(),
      answer_device_id = null, answer_identity_key = null, answer_account_key = null,
      answer_nonce = null, answer_tag = null,
      reveal_public_key = null, reveal_nonce = null,
      delivery_ephemeral_public_key = null, delivery_sealed = null
  where id = p_link
$$;
comment on function private.end_link(uuid, text) is
  'Ends a link and deletes all that was exchanged.';

create function private.open_link(p_user uuid, p_link uuid)
returns private.device_links
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_link private.device_links;
begin
  select l.* into v_link
  from private.device_links l
  where l.id = p_link and l.user_id = p_user
  for update;
  if not found then
    raise sqlstate 'PT404' using message = 'no_link';
  end if;
  if v_link.ended_at is not null or v_link.expires_at <= now()
    or not private.session_exists(p_user, v_link.session_id) then
    raise sqlstate 'PT410' using message = 'link_ended';
  end if;
  return v_link;
end
$$;
comment on function private.open_link(uuid, uuid) is
  'The link, locked; PT404 where the account has none with this id, PT410 where it has ended or the session that asked has.';

create function private.create_device_link(p_user uuid, p_session uuid, p_link jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_id uuid := (p_link ->> 'linkId')::uuid;
  v_commitment bytea := private.json_bytes(p_link, 'commitment');
  v_link private.device_links;
begin
  -- One at a time for an account: the limits below count rows.
  perform private.lock_account(p_user);
  if not private.session_exists(p_user, p_session) then
    raise sqlstate 'PT403' using message = 'session_ended';
  end if;
  select l.* into v_link from private.device_links l where l.id = v_id;
  if found then
    if (v_link.user_id, v_link.session_id, v_link.commitment, v_link.device_name, v_link.device_type)
      is distinct from
      (p_user, p_session, v_commitment, p_link ->> 'deviceName', p_link ->> 'deviceType') then
      raise sqlstate 'PT409' using message = 'other_link';
    end if;
    v_link := private.open_link(p_user, v_id);
    return private.link_json(v_link) || jsonb_build_object('delivery', private.delivery_json(v_link));
  end if;
  if (
    select count(*) from private.device_links l
    where l.user_id = p_user and l.ended_at is null and l.expires_at > now()
      and l.state <> 'delivered' and private.session_exists(p_user, l.session_id)
  ) >= 3 then
    raise sqlstate 'PT413' using message = 'too_many_links';
  end if;
  if (
    select count(*) from private.device_links l
    where l.user_id = p_user and l.created_at > now() - interval '1 hour'
  ) >= 20 then
    raise sqlstate 'PT429' using message = 'too_many_links';
  end if;
  insert into private.device_links as l (
    id, user_id, session_id, commitment, device_name, device_type
  )
  values (
    v_id, p_user, p_session, v_commitment, p_link ->> 'deviceName', p_link ->> 'deviceType'
  )
  returning l.* into v_link;
  perform private.audit(
    p_user, null, 'link_requested', jsonb_build_object('deviceType', v_link.device_type)
  );
  return private.link_json(v_link);
exception
  when unique_violation then
    raise sqlstate 'PT409' using message = 'other_link';
  when check_violation or not_null_violation or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_link';
end
$$;

create function private.list_device_links(p_user uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'links', coalesce(jsonb_agg(private.link_json(l) order by l.created_at, l.id), '[]')
  )
  from private.device_links l
  where l.user_id = p_user
    and l.ended_at is null
    and l.expires_at > now()
    and l.state <> 'delivered'
    and private.session_exists(p_user, l.session_id)
$$;

create function private.get_device_link(p_user uuid, p_session uuid, p_link uuid)
returns jsonb
language plpgsql
stable security definer
set search_path = ''
as $$
declare
  v_link private.device_links;
begin
  select l.* into v_link
  from private.device_links l
  where l.id = p_link and l.user_id = p_user and l.session_id = p_session;
  if not found then
    raise sqlstate 'PT404' using message = 'no_link';
  end if;
  -- That it was declined can be read until it would have ended by itself.
  if v_link.expires_at <= now() or (v_link.ended_at is not null and v_link.state <> 'declined') then
    raise sqlstate 'PT410' using message = 'link_ended';
  end if;
  return private.link_json(v_link) || jsonb_build_object('delivery', private.delivery_json(v_link));
end
$$;

create function private.answer_device_link(
  p_user uuid, p_device uuid, p_link uuid, p_answer jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_link private.device_links;
  v_identity_key bytea := private.json_bytes(p_answer, 'identityKey');
  v_account_key bytea := private.json_bytes(p_answer, 'accountKey');
  v_nonce bytea := private.json_bytes(p_answer, 'nonce');
  v_tag bytea := private.from_base64(p_answer ->> 'tag');
begin
  perform private.require_device(p_user, p_device);
  v_link := private.open_link(p_user, p_link);
  if v_link.state <> 'open' then
    if (v_link.answer_device_id, v_link.answer_identity_key, v_link.answer_account_key,
        v_link.answer_nonce, v_link.answer_tag)
      is distinct from (p_device, v_identity_key, v_account_key, v_nonce, v_tag) then
      raise sqlstate 'PT409' using message = 'answered';
    end if;
    return private.link_json(v_link);
  end if;
  if not exists (
    select
    from public.devices d
    join public.profiles p on p.user_id = d.user_id
    where d.id = p_device
      and d.user_id = p_user
      and d.identity_key = v_identity_key
      and p.account_key = v_account_key
  ) then
    raise sqlstate 'PT403' using message = 'other_keys';
  end if;
  update private.device_links l
  set state = 'answered',
      answer_device_id = p_device,
      answer_identity_key = v_identity_key,
      answer_account_key = v_account_key,
      answer_nonce = v_nonce,
      answer_tag = v_tag
  where l.id = p_link
  returning l.* into v_link;
  return private.link_json(v_link);
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_answer';
end
$$;

create function private.reveal_device_link(
  p_user uuid, p_session uuid, p_link uuid, p_reveal jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_link private.device_links;
  v_public_key bytea := private.json_bytes(p_reveal, 'publicKey');
  v_nonce bytea := private.json_bytes(p_reveal, 'nonce');
begin
  if not exists (
    select from private.device_links l where l.id = p_link and l.session_id = p_session
  ) then
    raise sqlstate 'PT404' using message = 'no_link';
  end if;
  v_link := private.open_link(p_user, p_link);
  if v_link.state in ('revealed', 'delivered') then
    if (v_link.reveal_public_key, v_link.reveal_nonce) is distinct from (v_public_key, v_nonce) then
      raise sqlstate 'PT409' using message = 'revealed';
    end if;
    return private.link_json(v_link) || jsonb_build_object('delivery', private.delivery_json(v_link));
  end if;
  if v_link.state <> 'answered' then
    raise sqlstate 'PT409' using message = 'not_answered';
  end if;
  update private.device_links l
  set state = 'revealed', reveal_public_key = v_public_key, reveal_nonce = v_nonce
  where l.id = p_link
  returning l.* into v_link;
  return private.link_json(v_link);
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_reveal';
end
$$;

create function private.deliver_device_link(
  p_user uuid, p_device uuid, p_link uuid, p_delivery jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_link private.device_links;
  v_ephemeral_public_key bytea := private.json_bytes(p_delivery, 'ephemeralPublicKey');
  v_sealed bytea := private.json_bytes(p_delivery, 'sealed');
begin
  perform private.require_device(p_user, p_device);
  v_link := private.open_link(p_user, p_link);
  if v_link.state in ('open', 'answered') then
    raise sqlstate 'PT409' using message = 'not_revealed';
  end if;
  if v_link.answer_device_id <> p_device then
    raise sqlstate 'PT403' using message = 'other_device';
  end if;
  if v_link.state = 'delivered' then
    if (v_link.delivery_ephemeral_public_key, v_link.delivery_sealed)
      is distinct from (v_ephemeral_public_key, v_sealed) then
      raise sqlstate 'PT409' using message = 'delivered';
    end if;
    return private.link_json(v_link);
  end if;
  update private.device_links l
  set state = 'delivered',
      delivery_ephemeral_public_key = v_ephemeral_public_key,
      delivery_sealed = v_sealed,
      -- Time to fetch it, also at the last moment, and no more.
      expires_at = now() + interval '2 minutes'
  where l.id = p_link
  returning l.* into v_link;
  perform private.audit(
    p_user, p_device, 'link_delivered', jsonb_build_object('deviceType', v_link.device_type)
  );
  return private.link_json(v_link);
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_delivery';
end
$$;

create function private.end_device_link(p_user uuid, p_session uuid, p_link uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_link private.device_links;
begin
  select l.* into v_link
  from private.device_links l
  where l.id = p_link and l.user_id = p_user and l.ended_at is null
  for update;
  -- Also for an id that never was one: nothing is left of a link that ended long ago.
  if not found then
    return jsonb_build_object('ended', false);
  end if;
  if v_link.state = 'delivered' then
    perform private.end_link(p_link, 'delivered');
  else
    perform private.end_link(p_link, 'declined');
    perform private.audit(
      p_user,
      (select d.id from public.devices d where d.auth_session_id = p_session and d.is_active),
      'link_declined',
      jsonb_build_object('deviceType', v_link.device_type)
    );
  end if;
  return jsonb_build_object('ended', true);
end
$$;

create function private.sweep_device_links()
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.end_link(l.id, l.state)
  from (
    select id, state from private.device_links
    where expires_at <= now() and ended_at is null
    for update skip locked
  ) l;
  delete from private.device_links
  where expires_at <= now() and created_at <= now() - interval '1 hour';
end
$$;
comment on function private.sweep_device_links() is
  'Deletes what links that ran out hold, and links made more than an hour ago.';
