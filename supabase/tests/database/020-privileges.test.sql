begin;
create extension if not exists pgtap with schema extensions;
select plan(64);

select table_privs_are('public', t.name, r.role, r.privileges, r.role || ' on ' || t.name)
from (
  values
    ('profiles'), ('account_vaults'), ('device_manifests'), ('chats'), ('chat_members'),
    ('chat_key_epochs'), ('chat_key_wraps'), ('messages'), ('message_receipts')
) t (name)
cross join (
  values
    ('anon', array[]::text[]), ('authenticated', array['SELECT']), ('service_role', array['SELECT'])
) r (role, privileges);

select table_privs_are('public', 'devices', 'anon', array[]::text[]);
-- By column only: not the auth session.
select table_privs_are('public', 'devices', 'authenticated', array[]::text[]);
select table_privs_are('public', 'devices', 'service_role', array['SELECT']);
select column_privs_are('public', 'devices', 'name', 'authenticated', array['SELECT']);
select column_privs_are('public', 'devices', 'auth_session_id', 'authenticated', array[]::text[]);

select table_privs_are('public', t.name, r.role, array[]::text[])
from (values ('signed_prekeys'), ('kem_prekeys'), ('one_time_prekeys')) t (name)
cross join (values ('anon'), ('authenticated'), ('service_role')) r (role);
select table_privs_are('private', t.name, r.role, array[]::text[])
from (
  values
    ('audit_events'), ('prekey_claims'), ('device_links'), ('second_factor_backups'),
    ('ended_sessions')
) t (name)
cross join (values ('anon'), ('authenticated'), ('service_role')) r (role);
select schema_privs_are('private', 'anon', array[]::text[]);
select schema_privs_are('private', 'authenticated', array[]::text[]);
select schema_privs_are('private', 'service_role', array['USAGE']);

select function_privs_are(
  'public', 'append_messages', array['uuid[]', 'uuid[]', 'uuid[]', 'uuid[]', 'text[]'], r.role,
  r.privileges
)
from (
  values
    ('anon', array[]::text[]), ('authenticated', array[]::text[]), ('service_role', array['EXECUTE'])
) r (role, privileges);
select isnt_definer('public', 'append_messages', 'the wrapper has the rights of its caller');
select is_definer('private', 'append_messages', 'the function behind it those of its owner');

select * from finish();
rollback;
