-- purpose: the signed chain that says which devices an account has.
-- the server can learn: what the manifest lists: device ids, numbers, public keys, times of adding.
-- locks: none on existing tables.
-- way back: drop table public.device_manifests; clients that pinned a version then refuse the
--   account, which is what the chain is for.

-- No foreign key to auth.users: the chain outlives the account, so that whoever can delete and make
-- accounts cannot start a second chain under the same id.
create table public.device_manifests (
  user_id uuid not null,
  version bigint not null,
  body bytea not null,
  signature bytea not null,
  hash bytea not null,
  previous_hash bytea not null,
  created_at timestamptz not null default now(),
  primary key (user_id, version)
);

comment on table public.device_manifests is
  'Append-only. Each link is signed by the account key and names the hash of the one before.';
comment on column public.device_manifests.previous_hash is 'Zeros in version 1.';

alter table public.device_manifests
  add constraint device_manifests_version_check check (version between 1 and 4294967295),
  add constraint device_manifests_body_check check (octet_length(body) between 1 and 32768),
  add constraint device_manifests_signature_check check (octet_length(signature) = 64),
  add constraint device_manifests_hash_check check (octet_length(hash) = 32),
  add constraint device_manifests_previous_hash_check check (octet_length(previous_hash) = 32);

create trigger device_manifests_append_only
  before update or delete on public.device_manifests
  for each row execute function private.refuse_change();
create trigger device_manifests_no_truncate
  before truncate on public.device_manifests
  for each statement execute function private.refuse_change();

alter table public.device_manifests enable row level security;
revoke all on table public.device_manifests from anon, authenticated, service_role;
grant select on table public.device_manifests to authenticated, service_role;
