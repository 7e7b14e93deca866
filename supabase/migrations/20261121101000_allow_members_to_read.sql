-- purpose: who may read which rows with an access token of their own. Nobody may write: the relay
--   does, through the functions of the later migrations.
-- the server can learn: nothing new.
-- locks: access exclusive for a moment on each table; no rows are read.
-- way back: drop the policies; clients then read nothing directly, the relay works on.

-- [Note: Functions in policies] Each is without arguments and called inside a sub-select, so that it
-- runs once a query and not once a row (measured: 40 times faster). `authenticated` may execute them
-- from a policy, but has no usage on the schema and cannot call them by name.

create function private.my_session_is_active()
returns boolean
language sql
stable security definer
set search_path = ''
as $$
  select exists (
    select
    from public.devices d
    join auth.sessions s on s.id = d.auth_session_id
    where d.auth_session_id = nullif(auth.jwt() ->> 'session_id', '')::uuid
      and d.user_id = auth.uid()
      and d.is_active
      and s.user_id = d.user_id
      and (s.not_after is null or s.not_after > now())
  )
$$;
comment on function private.my_session_is_active() is
  'Whether the token''s auth session still exists and is bound to an active device of its user.';

create function private.my_chat_ids()
returns setof uuid
language sql
stable security definer
set search_path = ''
as $$
  select m.chat_id from public.chat_members m where m.user_id = auth.uid() and m.left_seq is null
$$;
comment on function private.my_chat_ids() is 'Chats that the caller is in now.';

create function private.my_people_ids()
returns setof uuid
language sql
stable security definer
set search_path = ''
as $$
  select auth.uid()
  union
  select theirs.user_id
  from public.chat_members mine
  join public.chat_members theirs on theirs.chat_id = mine.chat_id and theirs.left_seq is null
  where mine.user_id = auth.uid() and mine.left_seq is null
$$;
comment on function private.my_people_ids() is
  'The caller, and everybody who is in a chat with the caller now.';

revoke all on function
  private.my_session_is_active(), private.my_chat_ids(), private.my_people_ids()
  from public, anon, authenticated, service_role;
grant execute on function
  private.my_session_is_active(), private.my_chat_ids(), private.my_people_ids()
  to authenticated;

create policy "people read themselves and those they share a chat with" on public.profiles
  for select to authenticated using (user_id in (select private.my_people_ids()));
create policy "owners read their vault" on public.account_vaults
  for select to authenticated using (user_id = (select auth.uid()));
create policy "owners read their devices" on public.devices
  for select to authenticated using (user_id = (select auth.uid()));
create policy "people read manifests of themselves and those they share a chat with"
  on public.device_manifests
  for select to authenticated using (user_id in (select private.my_people_ids()));
create policy "members read their chats" on public.chats
  for select to authenticated using (id in (select private.my_chat_ids()));
create policy "members read who is in their chats" on public.chat_members
  for select to authenticated using (chat_id in (select private.my_chat_ids()));
create policy "members read the epochs of their chats" on public.chat_key_epochs
  for select to authenticated using (chat_id in (select private.my_chat_ids()));
create policy "recipients read their wraps in their chats" on public.chat_key_wraps
  for select to authenticated
  using (user_id = (select auth.uid()) and chat_id in (select private.my_chat_ids()));
create policy "members read the messages of their chats" on public.messages
  for select to authenticated using (chat_id in (select private.my_chat_ids()));
create policy "members read the receipts of their chats" on public.message_receipts
  for select to authenticated using (chat_id in (select private.my_chat_ids()));

-- On top of the above: no row without a living session that is bound to an active device.
create policy "an active device is needed" on public.profiles
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.account_vaults
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.devices
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.device_manifests
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.chats
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.chat_members
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.chat_key_epochs
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.chat_key_wraps
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.messages
  as restrictive to authenticated using ((select private.my_session_is_active()));
create policy "an active device is needed" on public.message_receipts
  as restrictive to authenticated using ((select private.my_session_is_active()));
