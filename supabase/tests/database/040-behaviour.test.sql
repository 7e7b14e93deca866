begin;
create extension if not exists pgtap with schema extensions;
select plan(15);

insert into auth.users (id, email) values
  ('00000000-0000-4000-8000-00000000000a', 'ada@example.org'),
  ('00000000-0000-4000-8000-00000000000b', 'bob@example.org');
insert into auth.sessions (id, user_id) values
  ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-00000000000a'),
  ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-00000000000b');
insert into public.profiles (user_id, handle, display_name, avatar_color) values
  ('00000000-0000-4000-8000-00000000000a', 'ada', 'Ada', 0),
  ('00000000-0000-4000-8000-00000000000b', 'bob', 'Bob', 1);
insert into public.devices (
  id, user_id, number, name, name_hash, device_type, identity_key, public_key, auth_session_id
)
select
  ('00000000-0000-4000-8000-0000000000' || letter || '2')::uuid,
  ('00000000-0000-4000-8000-00000000000' || letter)::uuid,
  1, 'Browser', decode(repeat('11', 32), 'hex'), 'web', decode(repeat('05', 33), 'hex'),
  decode(repeat('09', 32), 'hex'), ('00000000-0000-4000-8000-0000000000' || letter || '1')::uuid
from (values ('a'), ('b')) l (letter);
insert into public.chats (id, kind, direct_key) values (
  '00000000-0000-4000-8000-0000000000c1', 'direct',
  '00000000-0000-4000-8000-00000000000a:00000000-0000-4000-8000-00000000000a'
);
insert into public.chat_members (chat_id, user_id) values
  ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-00000000000a');

set local role service_role;
select results_eq(
  $$ select seq::integer, outcome from public.append_messages(
       array['00000000-0000-4000-8000-0000000000c1']::uuid[],
       array['00000000-0000-4000-8000-00000000000a']::uuid[],
       array['00000000-0000-4000-8000-0000000000a2']::uuid[],
       array['00000000-0000-4000-8000-0000000000d1']::uuid[], array['aGVsbG8=']) $$,
  $$ values (1, 'ok') $$,
  'the relay appends'
);
select throws_ok($$ delete from public.messages $$, '42501', null, 'the relay deletes nothing');
select throws_ok(
  $$ update public.messages set ciphertext = '' $$, '42501', null, 'the relay changes nothing'
);
select throws_ok(
  $$ select public.relay_find_person('ada') $$, 'PT404', 'no_person',
  'a person without a manifest is not found'
);

set local role authenticated;
set local request.jwt.claims to '{"sub": "00000000-0000-4000-8000-00000000000a", "session_id": "00000000-0000-4000-8000-0000000000a1"}';
select is((select count(*) from public.messages), 1::bigint, 'a member reads the chat');
select throws_ok(
  $$ insert into public.messages select * from public.messages $$, '42501', null,
  'a member writes nothing'
);

reset role;
insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at) values (
  '00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-00000000000a', 'totp',
  'verified', now(), now()
);
set local role authenticated;
select is(
  (select count(*) from public.messages), 1::bigint, 'a factor without a backup keeps nobody out'
);
reset role;
insert into private.second_factor_backups (user_id, factor_id, under_recovery_key, under_vault_key)
values (
  '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-0000000000f1', 'x', 'x'
);
set local role authenticated;
select is_empty($$ select 1 from public.messages $$, 'who has not given the second factor reads nothing');
reset role;
update auth.sessions set aal = 'aal2' where id = '00000000-0000-4000-8000-0000000000a1';
set local role authenticated;
select is((select count(*) from public.messages), 1::bigint, 'who has, reads the chat');

reset role;
delete from auth.sessions where id = '00000000-0000-4000-8000-0000000000a1';
set local role authenticated;
select is_empty($$ select 1 from public.messages $$, 'who signed out reads nothing');
select is_empty($$ select 1 from public.profiles $$, 'not even the own profile');

set local request.jwt.claims to '{"sub": "00000000-0000-4000-8000-00000000000b", "session_id": "00000000-0000-4000-8000-0000000000b1"}';
select is_empty($$ select 1 from public.messages $$, 'a stranger reads nothing');

reset role;
select throws_ok(
  $$ delete from public.messages $$, '42501', 'append_only', 'its owner deletes no message of a chat in use'
);
delete from auth.users where id = '00000000-0000-4000-8000-00000000000a';
select is_empty($$ select 1 from public.messages $$, 'the last member takes what was said along');
select is_empty($$ select 1 from public.chats $$, 'and the chat');
select * from finish();
rollback;
