-- purpose: the append path, reading a chat in order, receipts.
-- the server can learn: nothing that the tables do not hold.
-- locks: none on existing tables. At run time the rows of the chats that are written to.
-- way back: drop the functions; a relay of this version then cannot serve.

-- [Note: Append] One call appends a batch to any number of chats. The chats' rows are locked first,
-- in order of id, so that two batches never wait for each other in a circle; the lock is held until
-- commit, so numbers have no holes and become visible in order. Every row has its own outcome:
--   ok         stored, or stored before by the same device under the same client id (duplicate)
--   not_found  no such chat, or the sender is not in it, or the device is not the sender's
--   gone       the device was revoked
--   conflict   the client id was used for another ciphertext, or the ciphertext's size is not allowed
create function private.append_messages(
  p_chats uuid[], p_senders uuid[], p_devices uuid[], p_client_ids uuid[], p_ciphertexts bytea[]
)
returns table (
  ordinal integer, seq bigint, created_at_ms bigint, outcome text, duplicate boolean
)
language plpgsql
volatile security definer
set search_path = ''
-- A plan kept from when the tables were small must not scan them when they have grown.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz;
begin
  perform from public.chats c where c.id = any (p_chats) order by c.id for no key update;
  -- After the locks: times within a chat then follow the numbers. To the millisecond, as on the wire.
  v_now := date_trunc('milliseconds', clock_timestamp());

  return query
  with given as (
    select i.*
    from unnest(p_chats, p_senders, p_devices, p_client_ids, p_ciphertexts) with ordinality
      as i (chat_id, sender_id, device_id, client_id, ciphertext, n)
  ),
  judged as (
    select
      g.*,
      chat.next_seq,
      case
        when member.user_id is null or device.id is null or g.client_id is null then 'not_found'
        when not device.is_active then 'gone'
        when g.ciphertext is null or octet_length(g.ciphertext) not between 1 and 32768
          then 'conflict'
      end as refusal,
      stored.seq as stored_seq,
      stored.created_at as stored_at,
      stored.ciphertext as stored_ciphertext
    from given g
    left join lateral (
      select c.next_seq from public.chats c where c.id = g.chat_id limit 1
    ) chat on true
    left join lateral (
      select m.user_id
      from public.chat_members m
      where m.chat_id = g.chat_id and m.user_id = g.sender_id and m.left_seq is null
      limit 1
    ) member on true
    left join lateral (
      select d.id, d.is_active
      from public.devices d
      where d.id = g.device_id and d.user_id = g.sender_id
      limit 1
    ) device on true
    left join lateral (
      select s.seq, s.created_at, s.ciphertext
      from public.messages s
      where s.chat_id = g.chat_id
        and s.sender_device_id = g.device_id
        and s.client_id = g.client_id
      limit 1
    ) stored on true
  ),
  sorted as (
    select j.*, j.refusal is null and j.stored_seq is null as is_new from judged j
  ),
  -- The first new row of each client id in this batch is stored; later ones are repeats of it.
  -- Windows, because the planner does not know the size of a batch and joins it in nested loops
  -- (measured: 500 rows of one chat took 52 ms with joins and take 20 ms so).
  grouped as (
    select
      s.*,
      s.is_new and row_number() over same_id = 1 as is_fresh,
      first_value(s.ciphertext) over same_id as first_ciphertext
    from sorted s
    window same_id as (
      partition by s.is_new, s.chat_id, s.device_id, s.client_id order by s.n
    )
  ),
  counted as (
    select
      g.*,
      g.next_seq - 1 + count(*) filter (where g.is_fresh)
        over (partition by g.chat_id order by g.n) as seq_here
    from grouped g
  ),
  numbered as (
    select
      c.*,
      first_value(c.seq_here) over (
        partition by c.is_new, c.chat_id, c.device_id, c.client_id order by c.n
      ) as new_seq
    from counted c
  ),
  raised as (
    update public.chats c
    set next_seq = c.next_seq + f.rows
    from (select chat_id, count(*) as rows from numbered where is_fresh group by chat_id) f
    where c.id = f.chat_id
  ),
  appended as (
    insert into public.messages (
      chat_id, seq, client_id, sender_id, sender_device_id, ciphertext, created_at
    )
    select n.chat_id, n.new_seq, n.client_id, n.sender_id, n.device_id, n.ciphertext, v_now
    from numbered n
    where n.is_fresh
  ),
  settled as (
    select
      n.*,
      coalesce(
        n.refusal,
        case
          when n.ciphertext = coalesce(n.stored_ciphertext, n.first_ciphertext) then 'ok'
          else 'conflict'
        end
      ) as outcome
    from numbered n
  )
  select
    s.n::integer,
    case when s.outcome = 'ok' then coalesce(s.stored_seq, s.new_seq) end,
    case when s.outcome = 'ok' then private.to_ms(coalesce(s.stored_at, v_now)) end,
    s.outcome,
    s.outcome = 'ok' and not s.is_fresh
  from settled s
  order by s.n;
end
$$;
comment on function private.append_messages(uuid[], uuid[], uuid[], uuid[], bytea[]) is
  'Appends a batch; one row out for each row in, in the same order.';

create function private.list_messages(
  p_user uuid, p_chat uuid, p_after bigint, p_limit integer
)
returns jsonb
language plpgsql
stable security definer
set search_path = ''
as $$
begin
  perform private.require_member(p_user, p_chat);
  return jsonb_build_object(
    'messages', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'chatId', m.chat_id,
            'seq', m.seq,
            'clientId', m.client_id,
            'senderId', m.sender_id,
            'senderDeviceId', m.sender_device_id,
            'ciphertext', private.to_base64(m.ciphertext),
            'createdAtMs', private.to_ms(m.created_at)
          )
          order by m.seq
        )
        from (
          select *
          from public.messages
          where chat_id = p_chat and seq > p_after
          order by seq
          limit least(p_limit, 200)
        ) m
      ),
      '[]'
    ),
    'headSeq', (select c.next_seq - 1 from public.chats c where c.id = p_chat),
    'receipts', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'chatId', r.chat_id,
            'userId', r.user_id,
            'deviceId', r.device_id,
            'ciphertext', private.to_base64(r.ciphertext),
            'updatedAtMs', private.to_ms(r.updated_at)
          )
          order by r.user_id, r.device_id
        )
        from public.message_receipts r
        where r.chat_id = p_chat
      ),
      '[]'
    )
  );
end
$$;

create function private.put_receipt(
  p_user uuid, p_device uuid, p_chat uuid, p_ciphertext text
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_updated_at timestamptz;
begin
  perform private.require_device(p_user, p_device);
  perform private.require_member(p_user, p_chat);
  insert into public.message_receipts as r (chat_id, user_id, device_id, ciphertext)
  values (p_chat, p_user, p_device, private.from_base64(p_ciphertext))
  on conflict (chat_id, user_id, device_id) do update
    set ciphertext = excluded.ciphertext, updated_at = now()
  returning r.updated_at into v_updated_at;
  return jsonb_build_object('updatedAtMs', private.to_ms(v_updated_at));
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_receipt';
end
$$;

create function public.append_messages(
  p_chats uuid[], p_senders uuid[], p_devices uuid[], p_client_ids uuid[], p_ciphertexts text[]
)
returns table (
  ordinal integer, seq bigint, created_at_ms bigint, outcome text, duplicate boolean
)
language sql
volatile
set search_path = ''
as $$
  select a.*
  from private.append_messages(
    p_chats, p_senders, p_devices, p_client_ids,
    (
      select array_agg(private.from_base64(t.ciphertext) order by t.n)
      from unnest(p_ciphertexts) with ordinality as t (ciphertext, n)
    )
  ) a
$$;
comment on function public.append_messages(uuid[], uuid[], uuid[], uuid[], text[]) is
  'As private.append_messages, with ciphertexts in base64.';

create function public.relay_list_messages(
  p_user uuid, p_chat uuid, p_after bigint, p_limit integer
)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.list_messages(p_user, p_chat, p_after, p_limit) $$;

create function public.relay_put_receipt(
  p_user uuid, p_device uuid, p_chat uuid, p_ciphertext text
)
returns jsonb
language sql
set search_path = ''
as $$ select private.put_receipt(p_user, p_device, p_chat, p_ciphertext) $$;

revoke all on function
  private.append_messages(uuid[], uuid[], uuid[], uuid[], bytea[]),
  private.list_messages(uuid, uuid, bigint, integer),
  private.put_receipt(uuid, uuid, uuid, text),
  public.append_messages(uuid[], uuid[], uuid[], uuid[], text[]),
  public.relay_list_messages(uuid, uuid, bigint, integer),
  public.relay_put_receipt(uuid, uuid, uuid, text)
  from public, anon, authenticated, service_role;
grant execute on function
  private.append_messages(uuid[], uuid[], uuid[], uuid[], bytea[]),
  private.list_messages(uuid, uuid, bigint, integer),
  private.put_receipt(uuid, uuid, uuid, text),
  public.append_messages(uuid[], uuid[], uuid[], uuid[], text[]),
  public.relay_list_messages(uuid, uuid, bigint, integer),
  public.relay_put_receipt(uuid, uuid, uuid, text)
  to service_role;
