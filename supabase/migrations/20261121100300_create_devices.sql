-- purpose: the devices of an account with their public keys, and the auth session each one holds.
-- the server can learn: how many devices a person has, their names and kinds, when each was added
--   and last seen, their public keys.
-- locks: none on existing tables but a moment of share row exclusive on auth.users for the key.
-- way back: drop table public.devices.

create table public.devices (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  number smallint not null,
  name text not null,
  name_hash bytea not null,
  device_type text not null,
  is_active boolean not null default true,
  identity_key bytea not null,
  public_key bytea not null,
  auth_session_id uuid,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz,
  revoked_at timestamptz
);

comment on table public.devices is
  'Devices by account. Their keys count only where the newest signed manifest repeats them.';
comment on column public.devices.number is
  'Position in protocol addresses, 1 to 127; never given to a second device.';
comment on column public.devices.public_key is 'X25519 key that epoch keys are sealed to.';
-- Not a foreign key: the session belongs to the auth service, which deletes it at sign-out. That is
-- what ends the device's access.
comment on column public.devices.auth_session_id is
  'The one auth session that may act as this device; proven with the identity key when bound.';

alter table public.devices
  add constraint devices_user_id_number_key unique (user_id, number),
  add constraint devices_number_check check (number between 1 and 127),
  add constraint devices_name_check check (char_length(name) between 1 and 64),
  add constraint devices_name_hash_check check (octet_length(name_hash) = 32),
  add constraint devices_device_type_check check (device_type in ('web', 'cli')),
  add constraint devices_identity_key_check check (octet_length(identity_key) = 33),
  add constraint devices_public_key_check check (octet_length(public_key) = 32),
  add constraint devices_revoked_at_check check (is_active = (revoked_at is null));

create unique index devices_auth_session_id_key on public.devices (auth_session_id);

alter table public.devices enable row level security;
revoke all on table public.devices from anon, authenticated, service_role;
grant select on table public.devices to service_role;
-- Session ids stay between the auth service and the relay.
grant select (
  id, user_id, number, name, name_hash, device_type, is_active, identity_key, public_key,
  created_at, last_seen_at, revoked_at
) on table public.devices to authenticated;
