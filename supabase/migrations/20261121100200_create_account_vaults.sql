-- purpose: the account's keys, wrapped twice in the client: under the chat password and under the
--   recovery key. A new browser opens them with the chat password alone.
-- the server can learn: key derivation parameters, sizes, the number of changes and the last one's
--   time. Guessing a chat password costs the stated PBKDF2 iterations a try.
-- locks: none on existing tables but a moment of share row exclusive on auth.users for the key.
-- way back: drop table public.account_vaults; every account then loses what only its vault held.

create table public.account_vaults (
  user_id uuid primary key references auth.users (id) on delete cascade,
  version bigint not null,
  kdf_algorithm text not null,
  kdf_iterations integer not null,
  kdf_salt bytea not null,
  password_wrap bytea not null,
  recovery_wrap bytea not null,
  body bytea not null,
  updated_at timestamptz not null default now()
);

comment on table public.account_vaults is
  'One vault an account. Its bytes are opaque here; clients verify them and refuse lower versions.';
comment on column public.account_vaults.version is 'Goes up by one with each change.';

alter table public.account_vaults
  add constraint account_vaults_version_check check (version between 1 and 4294967295),
  add constraint account_vaults_kdf_algorithm_check check (kdf_algorithm = 'PBKDF2-HMAC-SHA256'),
  add constraint account_vaults_kdf_iterations_check
    check (kdf_iterations between 600000 and 10000000),
  add constraint account_vaults_kdf_salt_check check (octet_length(kdf_salt) = 32),
  add constraint account_vaults_password_wrap_check
    check (octet_length(password_wrap) between 1 and 1024),
  add constraint account_vaults_recovery_wrap_check
    check (octet_length(recovery_wrap) between 1 and 1024),
  add constraint account_vaults_body_check check (octet_length(body) between 1 and 8192);

alter table public.account_vaults enable row level security;
revoke all on table public.account_vaults from anon, authenticated, service_role;
grant select on table public.account_vaults to authenticated, service_role;
