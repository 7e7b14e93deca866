-- purpose: what the relay calls of the device links.
-- the server can learn: nothing new.
-- locks: none on existing tables.
-- way back: drop the functions; a relay of this version then cannot serve.

create function public.relay_create_device_link(p_user uuid, p_session uuid, p_link jsonb)
returns jsonb
language sql
set search_path = ''
as $$ select private.create_device_link(p_user, p_session, p_link) $$;

create function public.relay_list_device_links(p_user uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.list_device_links(p_user) $$;

create function public.relay_get_device_link(p_user uuid, p_session uuid, p_link uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.get_device_link(p_user, p_session, p_link) $$;

create function public.relay_answer_device_link(
  p_user uuid, p_device uuid, p_link uuid, p_answer jsonb
)
returns jsonb
language sql
set search_path = ''
as $$ select private.answer_device_link(p_user, p_device, p_link, p_answer) $$;

create function public.relay_reveal_device_link(
  p_user uuid, p_session uuid, p_link uuid, p_reveal jsonb
)
returns jsonb
language sql
set search_path = ''
as $$ select private.reveal_device_link(p_user, p_session, p_link, p_reveal) $$;

create function public.relay_deliver_device_link(
  p_user uuid, p_device uuid, p_link uuid, p_delivery jsonb
)
returns jsonb
language sql
set search_path = ''
as $$ select private.deliver_device_link(p_user, p_device, p_link, p_delivery) $$;

create function public.relay_end_device_link(p_user uuid, p_session uuid, p_link uuid)
returns jsonb
language sql
set search_path = ''
as $$ select private.end_device_link(p_user, p_session, p_link) $$;

revoke all on function
  private.end_link(uuid, text),
  private.open_link(uuid, uuid),
  private.create_device_link(uuid, uuid, jsonb),
  private.list_device_links(uuid),
  private.get_device_link(uuid, uuid, uuid),
  private.answer_device_link(uuid, uuid, uuid, jsonb),
  private.reveal_device_link(uuid, uuid, uuid, jsonb),
  private.deliver_device_link(uuid, uuid, uuid, jsonb),
  private.end_device_link(uuid, uuid, uuid),
  private.sweep_device_links(),
  public.relay_create_device_link(uuid, uuid, jsonb),
  public.relay_list_device_links(uuid),
  public.relay_get_device_link(uuid, uuid, uuid),
  public.relay_answer_device_link(uuid, uuid, uuid, jsonb),
  public.relay_reveal_device_link(uuid, uuid, uuid, jsonb),
  public.relay_deliver_device_link(uuid, uuid, uuid, jsonb),
  public.relay_end_device_link(uuid, uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.create_device_link(uuid, uuid, jsonb),
  private.list_device_links(uuid),
  private.get_device_link(uuid, uuid, uuid),
  private.answer_device_link(uuid, uuid, uuid, jsonb),
  private.reveal_device_link(uuid, uuid, uuid, jsonb),
  private.deliver_device_link(uuid, uuid, uuid, jsonb),
  private.end_device_link(uuid, uuid, uuid),
  public.relay_create_device_link(uuid, uuid, jsonb),
  public.relay_list_device_links(uuid),
  public.relay_get_device_link(uuid, uuid, uuid),
  public.relay_answer_device_link(uuid, uuid, uuid, jsonb),
  public.relay_reveal_device_link(uuid, uuid, uuid, jsonb),
  public.relay_deliver_device_link(uuid, uuid, uuid, jsonb),
  public.relay_end_device_link(uuid, uuid, uuid)
  to service_role;
