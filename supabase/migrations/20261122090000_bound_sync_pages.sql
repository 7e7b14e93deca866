-- purpose: a page of messages ends at 128 KiB of ciphertext, so that one answer stays far below what
--   may wait for a socket. 200 of the largest messages are 6 MiB, and a reader of such a page was cut.
-- the server can learn: nothing new.
-- locks: none on existing tables.
-- way back: create the function again as it was; callers find the head by number either way.

create or replace function private.list_messages(
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
          -- Sizes come from the row headers: only what is handed out is read.
          select page.*, sum(octet_length(page.ciphertext)) over (order by page.seq) as bytes
          from (
            select *
            from public.messages
            where chat_id = p_chat and seq > p_after
            order by seq
            limit least(p_limit, 200)
          ) page
        ) m
        -- The largest message is smaller than a page: there is always a first one.
        where m.bytes <= 131072
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
