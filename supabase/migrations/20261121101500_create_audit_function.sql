-- purpose: how the relay writes the audit record.
-- the server can learn: nothing that the table does not hold.
-- locks: none on existing tables.
-- way back: drop the functions; a relay of this version then cannot serve.

create function private.audit(p_user uuid, p_device uuid, p_action text, p_detail jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
  insert into private.audit_events (user_id, device_id, action, detail)
  values (p_user, p_device, p_action, coalesce(p_detail, '{}'))
$$;

create function public.relay_audit(p_user uuid, p_device uuid, p_action text, p_detail jsonb)
returns void
language sql
set search_path = ''
as $$ select private.audit(p_user, p_device, p_action, p_detail) $$;

revoke all on function
  private.audit(uuid, uuid, text, jsonb), public.relay_audit(uuid, uuid, text, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  private.audit(uuid, uuid, text, jsonb), public.relay_audit(uuid, uuid, text, jsonb)
  to service_role;
