-- purpose: an account can be deleted by its owner, and a chat that nobody is in any more goes with all
--   that was said in it. What others received stays with them; the chain of device manifests stays, so
--   that nobody can begin a second one under the same id.
-- the server can learn: that an account with this id was deleted, and when.
-- locks: access exclusive for a moment on public.messages, public.chat_key_epochs and
--   public.chat_members for their triggers; share on private.audit_events while the index is made.
-- way back: create the triggers of messages and epochs again as they were, drop the others and the
--   functions.

create function private.refuse_delete_in_use()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (select from public.chat_members m where m.chat_id = old.chat_id) then
    raise exception 'append_only' using errcode = '42501';
  end if;
  return old;
end
$$;
comment on function private.refuse_delete_in_use() is
  'Trigger of what chats hold: a delete fails for every role as long as anybody is, or was and still has an account, in the chat.';

-- A long chat is a million rows: asked once for all of them.
create function private.refuse_deletes_in_use()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (
    select
    from (select distinct r.chat_id from removed r) c
    join public.chat_members m on m.chat_id = c.chat_id
  ) then
    raise exception 'append_only' using errcode = '42501';
  end if;
  return null;
end
$$;
comment on function private.refuse_deletes_in_use() is
  'The same for all rows of a statement at once.';

drop trigger messages_append_only on public.messages;
create trigger messages_append_only
  before update on public.messages
  for each row execute function private.refuse_change();
create trigger messages_kept_while_in_use
  after delete on public.messages
  referencing old table as removed
  for each statement execute function private.refuse_deletes_in_use();
drop trigger chat_key_epochs_append_only on public.chat_key_epochs;
create trigger chat_key_epochs_append_only
  before update on public.chat_key_epochs
  for each row execute function private.refuse_change();
create trigger chat_key_epochs_kept_while_in_use
  before delete on public.chat_key_epochs
  for each row execute function private.refuse_delete_in_use();

create function private.purge_deserted_chat()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- The last two may leave at once: one of them waits here, and then sees that the other is gone.
  perform from public.chats c where c.id = old.chat_id for update;
  if not exists (select from public.chat_members m where m.chat_id = old.chat_id) then
    delete from public.message_receipts r where r.chat_id = old.chat_id;
    delete from public.chat_key_wraps w where w.chat_id = old.chat_id;
    delete from public.chat_key_epochs k where k.chat_id = old.chat_id;
    delete from public.messages s where s.chat_id = old.chat_id;
    delete from public.chats c where c.id = old.chat_id;
  end if;
  return null;
end
$$;
comment on function private.purge_deserted_chat() is
  'Trigger: with its last member, who was or is in it, a chat goes. However the account was deleted.';

create trigger purge_deserted_chat
  after delete on public.chat_members
  for each row execute function private.purge_deserted_chat();

create index audit_events_account_deleted_idx on private.audit_events (at)
  where action = 'account_deleted';

create function private.delete_account(p_user uuid, p_session uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_chats uuid[];
begin
  if not private.session_exists(p_user, p_session) then
    raise sqlstate 'PT403' using message = 'session_ended';
  end if;
  perform from public.profiles p where p.user_id = p_user for update;
  -- In one order, so that people who share chats and go at the same time wait for each other.
  perform
  from public.chats c
  where c.id in (select m.chat_id from public.chat_members m where m.user_id = p_user)
  order by c.id
  for update;
  v_chats := array(
    select m.chat_id from public.chat_members m where m.user_id = p_user order by m.chat_id
  );
  delete from private.device_links l where l.user_id = p_user;
  delete from private.second_factor_backups b where b.user_id = p_user;
  delete from public.chat_key_wraps w where w.user_id = p_user;
  delete from public.message_receipts r where r.user_id = p_user;
  delete from public.chat_members m where m.user_id = p_user;
  delete from public.devices d where d.user_id = p_user;
  delete from public.account_vaults v where v.user_id = p_user;
  delete from public.profiles p where p.user_id = p_user;
  if not exists (
    select from private.audit_events e
    where e.user_id = p_user and e.action = 'account_deleted' and e.at > now() - interval '1 hour'
  ) then
    perform private.audit(p_user, null, 'account_deleted', '{}');
  end if;
  return jsonb_build_object(
    'chats',
    coalesce(
      (select jsonb_agg(c.id order by c.id) from public.chats c where c.id = any (v_chats)), '[]'
    )
  );
end
$$;
comment on function private.delete_account(uuid, uuid) is
  'Removes what belongs to an account but its sign-in; answers the chats that somebody is still in. Safe to repeat.';

create function private.unfinished_deletions()
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(distinct u.id), '[]')
  from private.audit_events e
  join auth.users u on u.id = e.user_id
  where e.action = 'account_deleted'
    and e.at between now() - interval '30 days' and now() - interval '30 seconds'
$$;
comment on function private.unfinished_deletions() is
  'Accounts whose sign-in is still there although they were deleted: a relay ended in between.';

create function public.relay_delete_account(p_user uuid, p_session uuid)
returns jsonb
language sql
set search_path = ''
as $$ select private.delete_account(p_user, p_session) $$;

create function public.relay_unfinished_deletions()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.unfinished_deletions() $$;

revoke all on function
  private.refuse_delete_in_use(),
  private.refuse_deletes_in_use(),
  private.purge_deserted_chat(),
  private.delete_account(uuid, uuid),
  private.unfinished_deletions(),
  public.relay_delete_account(uuid, uuid),
  public.relay_unfinished_deletions()
  from public, anon, authenticated, service_role;
grant execute on function
  private.delete_account(uuid, uuid),
  private.unfinished_deletions(),
  public.relay_delete_account(uuid, uuid),
  public.relay_unfinished_deletions()
  to service_role;
