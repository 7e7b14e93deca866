-- purpose: who a person is to others: a handle to be found by, a name, a colour, the account key.
-- the server can learn: handle, display name, colour, public account key, times of changes.
-- locks: none on existing tables but a moment of share row exclusive on auth.users for the key.
-- way back: drop table public.profiles.

create table public.profiles (
  user_id uuid primary key references auth.users (id) on delete cascade,
  handle text not null,
  display_name text not null,
  avatar_color smallint not null,
  account_key bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.profiles is 'One row for each person who has finished the first steps.';
comment on column public.profiles.account_key is
  'Public key that signs the device manifests; pinned with manifest 1, never changed.';

alter table public.profiles
  add constraint profiles_handle_key unique (handle),
  add constraint profiles_handle_check
    check (char_length(handle) between 3 and 32 and handle ~ '^[a-z][a-z0-9._]*[a-z0-9]$'),
  add constraint profiles_display_name_check check (char_length(display_name) between 1 and 64),
  add constraint profiles_avatar_color_check check (avatar_color between 0 and 7),
  add constraint profiles_account_key_check check (octet_length(account_key) = 33);

create function private.keep_account_key()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'account_key_pinned' using errcode = '42501';
end
$$;
comment on function private.keep_account_key() is 'Trigger: an account key, once there, stays.';

create trigger keep_account_key
  before update on public.profiles
  for each row
  when (old.account_key is not null and new.account_key is distinct from old.account_key)
  execute function private.keep_account_key();

alter table public.profiles enable row level security;
revoke all on table public.profiles from anon, authenticated, service_role;
revoke all on function private.keep_account_key() from public, anon, authenticated, service_role;
grant select on table public.profiles to authenticated, service_role;
