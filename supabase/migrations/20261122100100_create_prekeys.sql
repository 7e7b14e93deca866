-- purpose: the prekeys with which others start a session with a device while it is away, and the record
--   of which were handed out to whom.
-- the server can learn: public keys, how many are left, which device asked for those of which other
--   device and when.
-- locks: access exclusive for a moment on public.devices; no rows are rewritten.
-- way back: drop the tables and the column; clients then cannot start sessions with absent devices.

alter table public.devices add column registration_id integer;
comment on column public.devices.registration_id is
  'Names an installation in session messages; null before the device published prekeys.';
alter table public.devices
  add constraint devices_registration_id_check check (registration_id between 1 and 16380);

create table public.signed_prekeys (
  device_id uuid primary key references public.devices (id) on delete cascade,
  prekey_id bigint not null,
  public_key bytea not null,
  signature bytea not null,
  created_at timestamptz not null default now()
);

create table public.kem_prekeys (
  device_id uuid not null references public.devices (id) on delete cascade,
  prekey_id bigint not null,
  public_key bytea not null,
  signature bytea not null,
  is_last_resort boolean not null,
  created_at timestamptz not null default now(),
  primary key (device_id, prekey_id)
);

create table public.one_time_prekeys (
  device_id uuid not null references public.devices (id) on delete cascade,
  prekey_id bigint not null,
  public_key bytea not null,
  created_at timestamptz not null default now(),
  primary key (device_id, prekey_id)
);

create table private.prekey_claims (
  id bigint primary key generated always as identity,
  at timestamptz not null default now(),
  device_id uuid not null references public.devices (id) on delete cascade,
  claimed_by_device_id uuid not null,
  one_time_prekey_id bigint,
  one_time_hash bytea,
  kem_prekey_id bigint,
  kem_hash bytea
);

comment on table public.signed_prekeys is 'The current signed prekey of each device.';
comment on table public.kem_prekeys is
  'Unclaimed KEM prekeys; the last-resort one stays and is handed out when the others have run out.';
comment on table public.one_time_prekeys is 'Unclaimed one-time prekeys; a claim deletes its row.';
comment on table private.prekey_claims is
  'What was handed out, once each. No role has a grant. The claimer is not a foreign key: a key stays used.';
comment on column private.prekey_claims.kem_prekey_id is
  'Null where the last-resort key was handed out, which is not used up.';
comment on column private.prekey_claims.one_time_hash is
  'SHA-256 of the key, to tell a repeated publication from another key under the same id.';

alter table public.signed_prekeys
  add constraint signed_prekeys_prekey_id_check check (prekey_id between 1 and 4294967295),
  add constraint signed_prekeys_public_key_check check (octet_length(public_key) = 33),
  add constraint signed_prekeys_signature_check check (octet_length(signature) = 64);
alter table public.kem_prekeys
  add constraint kem_prekeys_prekey_id_check check (prekey_id between 1 and 4294967295),
  add constraint kem_prekeys_public_key_check check (octet_length(public_key) = 1569),
  add constraint kem_prekeys_signature_check check (octet_length(signature) = 64);
alter table public.one_time_prekeys
  add constraint one_time_prekeys_prekey_id_check check (prekey_id between 1 and 4294967295),
  add constraint one_time_prekeys_public_key_check check (octet_length(public_key) = 33);
alter table private.prekey_claims
  add constraint prekey_claims_one_time_key unique (device_id, one_time_prekey_id),
  add constraint prekey_claims_kem_key unique (device_id, kem_prekey_id),
  add constraint prekey_claims_one_time_hash_check
    check ((one_time_prekey_id is null) = (one_time_hash is null)),
  add constraint prekey_claims_kem_hash_check
    check ((kem_prekey_id is null) = (kem_hash is null));

create unique index kem_prekeys_last_resort_key
  on public.kem_prekeys (device_id) where is_last_resort;
-- The daily limit counts by these two.
create index prekey_claims_claimed_by_idx
  on private.prekey_claims (device_id, claimed_by_device_id, at);

alter table public.signed_prekeys enable row level security;
alter table public.kem_prekeys enable row level security;
alter table public.one_time_prekeys enable row level security;
-- Nobody reads them: the relay's functions hand them out, one claim at a time.
create policy "an active device is needed" on public.signed_prekeys
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.kem_prekeys
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.one_time_prekeys
  as restrictive to authenticated using ((select private.my_session_is_active()));
revoke all on table public.signed_prekeys, public.kem_prekeys, public.one_time_prekeys
  from anon, authenticated, service_role;
revoke all on table private.prekey_claims from public, anon, authenticated, service_role;
revoke all on sequence private.prekey_claims_id_seq from public, anon, authenticated, service_role;
