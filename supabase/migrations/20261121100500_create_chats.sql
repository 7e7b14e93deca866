-- purpose: chats and who is in them.
-- the server can learn: who talks with whom, since when, how many messages a chat has.
-- locks: none on existing tables but a moment of share row exclusive on auth.users for the key.
-- way back: drop table public.chat_members, public.chats.

create table public.chats (
  id uuid primary key,
  kind text not null,
  direct_key text not null,
  next_seq bigint not null default 1,
  created_at timestamptz not null default now()
)
-- Room in each page, so that counting up stays a heap-only update.
with (fillfactor = 70);

create table public.chat_members (
  chat_id uuid not null references public.chats (id),
  user_id uuid not null references auth.users (id) on delete cascade,
  joined_at timestamptz not null default now(),
  left_seq bigint,
  primary key (chat_id, user_id)
);

comment on table public.chats is 'One row a chat; its row lock orders the messages.';
comment on column public.chats.direct_key is
  'The two user ids in order, so that two people have one direct chat.';
comment on column public.chats.next_seq is
  'Number of the next message. Taken under the row lock: gapless, and commit order is number order.';
comment on table public.chat_members is 'Who is in a chat. Notes to self have one member.';
comment on column public.chat_members.left_seq is
  'Last number when the member left; null for current members.';

alter table public.chats
  add constraint chats_kind_check check (kind = 'direct'),
  add constraint chats_direct_key_key unique (direct_key),
  add constraint chats_direct_key_check check (char_length(direct_key) = 73),
  add constraint chats_next_seq_check check (next_seq between 1 and 9007199254740991);
alter table public.chat_members
  add constraint chat_members_left_seq_check check (left_seq >= 0);

create index chat_members_user_id_chat_id_idx on public.chat_members (user_id, chat_id);

alter table public.chats enable row level security;
alter table public.chat_members enable row level security;
revoke all on table public.chats, public.chat_members from anon, authenticated, service_role;
grant select on table public.chats, public.chat_members to authenticated, service_role;
