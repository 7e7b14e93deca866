-- purpose: an account that has an active device is deleted in the name of one. A login password alone
--   could otherwise end it.
-- the server can learn: nothing new; which device asked is not recorded.
-- locks: none on existing tables.
-- way back: drop both functions and create them again as they were. A relay of the version before this
--   one keeps working: it names no device, so it deletes unfinished accounts alone.

drop function public.relay_delete_account(uuid, uuid);
drop function private.delete_account(uuid, uuid);

create function private.delete_account(p_user uuid, p_session uuid, p_device uuid)
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
  -- Under the lock: a device that is being removed deletes nothing.
  if exists (select from public.devices d where d.user_id = p_user and d.is_active)
    and not exists (
      select from public.devices d where d.user_id = p_user and d.id = p_device and d.is_active
    ) then
    raise sqlstate 'PT403' using message = 'device_needed';
  end if;
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
comment on function private.delete_account(uuid, uuid, uuid) is
  'Removes what belongs to an account but its sign-in; answers the chats that somebody is still in. p_device: whose signature the relay has verified, null for none. Safe to repeat.';

create function public.relay_delete_account(
  p_user uuid, p_session uuid, p_device uuid default null
)
returns jsonb
language sql
set search_path = ''
as $$ select private.delete_account(p_user, p_session, p_device) $$;

revoke all on function
  private.delete_account(uuid, uuid, uuid),
  public.relay_delete_account(uuid, uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.delete_account(uuid, uuid, uuid),
  public.relay_delete_account(uuid, uuid, uuid)
  to service_role;
