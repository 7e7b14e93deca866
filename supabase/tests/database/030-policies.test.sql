begin;
create extension if not exists pgtap with schema extensions;
select plan(22);

select policies_are('public', 'messages', array[
  'members read the messages of their chats', 'an active device is needed'
]);
select policies_are('public', 'account_vaults', array[
  'owners read their vault', 'an active device is needed'
]);
select policy_roles_are('public', p.tablename, p.policyname, array['authenticated'])
from pg_catalog.pg_policies p
where p.schemaname = 'public' and p.permissive = 'PERMISSIVE'
order by p.tablename;
select policy_cmd_is('public', p.tablename, p.policyname, 'select')
from pg_catalog.pg_policies p
where p.schemaname = 'public' and p.permissive = 'PERMISSIVE'
order by p.tablename;

select * from finish();
rollback;
