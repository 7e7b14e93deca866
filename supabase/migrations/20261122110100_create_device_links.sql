-- purpose: requests of a signed-in session to be let into its account by a device that is in it
--   already. What both sides exchange is theirs to verify; the database passes it on and forgets it.
-- the server can learn: that an account adds a device, its name and kind, which device answers. The
--   delivery is sealed to a key that both sides have compared.
-- locks: none on existing tables but a moment of share row exclusive on auth.users for the key.
-- way back: drop table private.device_links; devices are then added with the chat password alone.

create table private.device_links (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  session_id uuid not null,
  commitment bytea not null,
  device_name text not null,
  device_type text not null,
  state text not null default 'open',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '600 seconds',
  ended_at timestamptz,
  answer_device_id uuid,
  answer_identity_key bytea,
  answer_account_key bytea,
  answer_nonce bytea,
  answer_tag bytea,
  reveal_public_key bytea,
  reveal_nonce bytea,
  delivery_ephemeral_public_key bytea,
  delivery_sealed bytea
);

comment on table private.device_links is
  'Requests of sessions to be let in. At their end all but what was asked is deleted; the rest goes an hour after it was made, which is what the hourly limit counts.';
-- Neither is a foreign key: sessions are the auth service's, and a link outlives neither by much.
comment on column private.device_links.session_id is 'The auth session that asked; it alone goes on.';
comment on column private.device_links.answer_device_id is
  'The device that answered first; it alone delivers.';

alter table private.device_links
  add constraint device_links_commitment_check check (octet_length(commitment) = 32),
  add constraint device_links_device_name_check
    check (char_length(device_name) between 1 and 64),
  add constraint device_links_device_type_check check (device_type in ('web', 'cli')),
  add constraint device_links_state_check
    check (state in ('open', 'answered', 'revealed', 'delivered', 'declined')),
  add constraint device_links_answer_identity_key_check
    check (octet_length(answer_identity_key) = 33),
  add constraint device_links_answer_account_key_check
    check (octet_length(answer_account_key) = 33),
  add constraint device_links_answer_nonce_check check (octet_length(answer_nonce) = 32),
  add constraint device_links_answer_tag_check check (octet_length(answer_tag) = 32),
  add constraint device_links_reveal_public_key_check check (octet_length(reveal_public_key) = 32),
  add constraint device_links_reveal_nonce_check check (octet_length(reveal_nonce) = 32),
  add constraint device_links_delivery_ephemeral_public_key_check
    check (octet_length(delivery_ephemeral_public_key) = 32),
  add constraint device_links_delivery_sealed_check
    check (octet_length(delivery_sealed) between 1 and 1024);

create index device_links_user_id_created_at_idx on private.device_links (user_id, created_at);
create index device_links_expires_at_idx on private.device_links (expires_at);

revoke all on table private.device_links from public, anon, authenticated, service_role;

create function private.link_json(p_link private.device_links)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'linkId', p_link.id,
    'commitment', private.to_base64(p_link.commitment),
    'deviceName', p_link.device_name,
    'deviceType', p_link.device_type,
    'createdAtMs', private.to_ms(p_link.created_at),
    'expiresAtMs', private.to_ms(p_link.expires_at),
    'state', p_link.state,
    'answer', case
      when p_link.answer_device_id is not null then jsonb_strip_nulls(jsonb_build_object(
        'deviceId', p_link.answer_device_id,
        'identityKey', private.to_base64(p_link.answer_identity_key),
        'accountKey', private.to_base64(p_link.answer_account_key),
        'nonce', private.to_base64(p_link.answer_nonce),
        'tag', private.to_base64(p_link.answer_tag)
      ))
    end,
    'reveal', case
      when p_link.reveal_nonce is not null then jsonb_build_object(
        'publicKey', private.to_base64(p_link.reveal_public_key),
        'nonce', private.to_base64(p_link.reveal_nonce)
      )
    end,
    'delivery', null
  )
$$;
comment on function private.link_json(private.device_links) is
  'A link as every device of the account may see it: without what was delivered.';

create function private.delivery_json(p_link private.device_links)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case
    when p_link.delivery_sealed is not null then jsonb_build_object(
      'ephemeralPublicKey', private.to_base64(p_link.delivery_ephemeral_public_key),
      'sealed', private.to_base64(p_link.delivery_sealed)
    )
  end
$$;
comment on function private.delivery_json(private.device_links) is
  'What was delivered, for the session that asked.';

revoke all on function
  private.link_json(private.device_links), private.delivery_json(private.device_links)
  from public, anon, authenticated, service_role;
