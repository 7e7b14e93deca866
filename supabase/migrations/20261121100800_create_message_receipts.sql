-- purpose: how far a device has received and its person has read, sealed to the chat.
-- the server can learn: that a device sent a receipt for a chat, and when; not what it says.
-- locks: none on existing tables but a moment of share row exclusive on those referenced.
-- way back: drop table public.message_receipts; devices send theirs anew.

create table public.message_receipts (
  chat_id uuid not null references public.chats (id),
  user_id uuid not null references auth.users (id) on delete cascade,
  device_id uuid not null references public.devices (id) on delete cascade,
  ciphertext bytea not null,
  updated_at timestamptz not null default now(),
  primary key (chat_id, user_id, device_id)
);

comment on table public.message_receipts is 'The newest receipt of each device for each chat.';

alter table public.message_receipts
  add constraint message_receipts_ciphertext_check
    check (octet_length(ciphertext) between 1 and 512);
alter table public.message_receipts alter column ciphertext set storage external;

create index message_receipts_user_id_idx on public.message_receipts (user_id);
create index message_receipts_device_id_idx on public.message_receipts (device_id);

alter table public.message_receipts enable row level security;
revoke all on table public.message_receipts from anon, authenticated, service_role;
grant select on table public.message_receipts to authenticated, service_role;
