-- purpose: the messages, as ciphertext in order.
-- the server can learn: who wrote in which chat from which device, when, and the padded size.
-- locks: none on existing tables but a moment of share row exclusive on public.chats.
-- way back: drop table public.messages.

-- Senders are not foreign keys: what was said stays when the account that said it goes, and deleting
-- accounts must not be a way to delete history.
create table public.messages (
  chat_id uuid not null references public.chats (id),
  seq bigint not null,
  client_id uuid not null,
  sender_id uuid not null,
  sender_device_id uuid not null,
  ciphertext bytea not null,
  created_at timestamptz not null,
  primary key (chat_id, seq)
);

comment on table public.messages is 'Append-only. Written by private.append_messages alone.';
comment on column public.messages.client_id is
  'Made by the sender; the same id again from the same device is the same message.';

alter table public.messages
  add constraint messages_client_id_key unique (chat_id, sender_device_id, client_id),
  add constraint messages_seq_check check (seq >= 1),
  add constraint messages_ciphertext_check check (octet_length(ciphertext) between 1 and 32768);
-- Ciphertext does not compress; trying costs time.
alter table public.messages alter column ciphertext set storage external;

create trigger messages_append_only
  before update or delete on public.messages
  for each row execute function private.refuse_change();
create trigger messages_no_truncate
  before truncate on public.messages
  for each statement execute function private.refuse_change();

alter table public.messages enable row level security;
revoke all on table public.messages from anon, authenticated, service_role;
grant select on table public.messages to authenticated, service_role;
