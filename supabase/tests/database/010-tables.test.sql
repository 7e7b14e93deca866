begin;
create extension if not exists pgtap with schema extensions;
select plan(27);

select tables_are('public', array[
  'profiles', 'account_vaults', 'devices', 'device_manifests', 'chats', 'chat_members',
  'chat_key_epochs', 'chat_key_wraps', 'messages', 'message_receipts',
  'signed_prekeys', 'kem_prekeys', 'one_time_prekeys'
]);
select tables_are('private', array[
  'audit_events', 'prekey_claims', 'device_links', 'second_factor_backups', 'ended_sessions'
]);
select views_are('public', array[]::name[]);

select is(c.relrowsecurity, true, c.relname || ' has row level security')
from pg_catalog.pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
order by c.relname;

select col_is_pk('public', 'messages', array['chat_id', 'seq'], 'one message a number');
select col_is_unique(
  'public', 'messages', array['chat_id', 'sender_device_id', 'client_id'], 'one message a client id'
);
select col_is_unique('public', 'chats', 'direct_key', 'one direct chat a pair');
select col_is_unique('public', 'profiles', 'handle', 'one person a handle');
select col_is_pk(
  'public', 'device_manifests', array['user_id', 'version'], 'one manifest a version'
);
select col_type_is('public', 'messages', 'ciphertext', 'bytea', 'ciphertext is bytes');
select hasnt_fk('public', 'device_manifests', 'device_manifests outlive their account');
select trigger_is(
  'public', 'messages', 'messages_append_only', 'private', 'refuse_change', 'messages are kept'
);
select trigger_is(
  'public', 'messages', 'messages_no_truncate', 'private', 'refuse_change', 'all of them'
);
select has_index('public', 'chat_members', 'chat_members_user_id_chat_id_idx', 'memberships by user');
select has_index('public', 'devices', 'devices_auth_session_id_key', 'devices by session');

select * from finish();
rollback;
