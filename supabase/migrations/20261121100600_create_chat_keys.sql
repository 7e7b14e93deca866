-- purpose: the epochs of a chat's key, and the key of each epoch sealed to devices and vaults.
-- the server can learn: when a key changed, who made it, which devices hold it. Never a key: each
--   wrap is sealed to one device or one vault.
-- locks: none on existing tables but a moment of share row exclusive on those referenced.
-- way back: drop table public.chat_key_wraps, public.chat_key_epochs; new devices then cannot read
--   what was written before.

create table public.chat_key_epochs (
  chat_id uuid not null references public.chats (id),
  epoch bigint not null,
  key_id bytea not null,
  commitment bytea not null,
  maker_user_id uuid not null,
  maker_device_id uuid not null,
  key_timestamp_ms bigint not null,
  iterations integer not null,
  created_at timestamptz not null default now(),
  primary key (chat_id, epoch)
);

create table public.chat_key_wraps (
  id bigint primary key generated always as identity,
  chat_id uuid not null,
  epoch bigint not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  device_id uuid references public.devices (id) on delete cascade,
  ephemeral_public_key bytea,
  encrypted_key bytea not null,
  sealed_by_user_id uuid not null,
  sealed_by_device_id uuid not null,
  created_at timestamptz not null default now()
);

comment on table public.chat_key_epochs is
  'Append-only. Makers are not foreign keys: an epoch stays when its maker''s account goes.';
comment on column public.chat_key_epochs.commitment is
  'Commits to the epoch key; messages name the key by key_id, its first 16 bytes.';
comment on column public.chat_key_epochs.key_timestamp_ms is
  'Input of the key derivation, by the maker''s clock.';
comment on table public.chat_key_wraps is
  'An epoch key sealed to one device, or wrapped under one account''s vault (no device).';

alter table public.chat_key_epochs
  add constraint chat_key_epochs_chat_id_key_id_key unique (chat_id, key_id),
  add constraint chat_key_epochs_epoch_check check (epoch between 1 and 4294967295),
  add constraint chat_key_epochs_key_id_check check (octet_length(key_id) = 16),
  add constraint chat_key_epochs_commitment_check check (octet_length(commitment) = 32),
  add constraint chat_key_epochs_key_timestamp_ms_check
    check (key_timestamp_ms between 0 and 8640000000000000),
  add constraint chat_key_epochs_iterations_check check (iterations between 600000 and 10000000);
alter table public.chat_key_wraps
  add constraint chat_key_wraps_recipient_key
    unique nulls not distinct (chat_id, epoch, user_id, device_id),
  add constraint chat_key_wraps_chat_id_epoch_fkey
    foreign key (chat_id, epoch) references public.chat_key_epochs (chat_id, epoch),
  add constraint chat_key_wraps_ephemeral_public_key_check
    check (
      (device_id is null) = (ephemeral_public_key is null)
      and octet_length(ephemeral_public_key) = 32
    ),
  add constraint chat_key_wraps_encrypted_key_check
    check (octet_length(encrypted_key) between 1 and 1024);

create index chat_key_wraps_user_id_idx on public.chat_key_wraps (user_id);
create index chat_key_wraps_device_id_idx on public.chat_key_wraps (device_id);

create trigger chat_key_epochs_append_only
  before update or delete on public.chat_key_epochs
  for each row execute function private.refuse_change();
create trigger chat_key_epochs_no_truncate
  before truncate on public.chat_key_epochs
  for each statement execute function private.refuse_change();

alter table public.chat_key_epochs enable row level security;
alter table public.chat_key_wraps enable row level security;
revoke all on table public.chat_key_epochs, public.chat_key_wraps
  from anon, authenticated, service_role;
revoke all on sequence public.chat_key_wraps_id_seq from anon, authenticated, service_role;
grant select on table public.chat_key_epochs, public.chat_key_wraps to authenticated, service_role;
