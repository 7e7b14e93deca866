-- purpose: once an account has a certified device, its profile is changed from a session that is bound
--   to an active one. A login password alone, or the session of a revoked device, could otherwise give
--   a person's handle away and let somebody else take it.
-- the server can learn: nothing new.
-- locks: none on existing tables.
-- way back: drop both functions and create them again as they were. A relay of the version before
--   this one keeps working: it sends no session, so it can create profiles but not change them.

drop function public.relay_put_profile(uuid, text, text, integer);
drop function private.put_profile(uuid, text, text, integer);

create function private.put_profile(
  p_user uuid, p_session uuid, p_handle text, p_display_name text, p_avatar_color integer
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_profile public.profiles;
begin
  select p.* into v_profile from public.profiles p where p.user_id = p_user for update;
  if found and (v_profile.handle, v_profile.display_name, v_profile.avatar_color::integer)
    is not distinct from (p_handle, p_display_name, p_avatar_color) then
    return private.profile_json(v_profile);
  end if;
  if v_profile.account_key is not null and not exists (
    select from public.devices d
    where d.user_id = p_user and d.auth_session_id = p_session and d.is_active
  ) then
    raise sqlstate 'PT403' using message = 'device_needed';
  end if;
  insert into public.profiles as p (user_id, handle, display_name, avatar_color)
  values (p_user, p_handle, p_display_name, p_avatar_color)
  on conflict (user_id) do update
    set handle = excluded.handle,
        display_name = excluded.display_name,
        avatar_color = excluded.avatar_color,
        updated_at = now()
  returning p.* into v_profile;
  return private.profile_json(v_profile);
exception
  when unique_violation then
    raise sqlstate 'PT409' using message = 'handle_taken';
  when check_violation or not_null_violation or numeric_value_out_of_range then
    raise sqlstate 'PT400' using message = 'bad_profile';
  when foreign_key_violation then
    raise sqlstate 'PT404' using message = 'no_user';
end
$$;

create function public.relay_put_profile(
  p_user uuid, p_handle text, p_display_name text, p_avatar_color integer,
  p_session uuid default null
)
returns jsonb
language sql
set search_path = ''
as $$ select private.put_profile(p_user, p_session, p_handle, p_display_name, p_avatar_color) $$;

revoke all on function
  private.put_profile(uuid, uuid, text, text, integer),
  public.relay_put_profile(uuid, text, text, integer, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.put_profile(uuid, uuid, text, text, integer),
  public.relay_put_profile(uuid, text, text, integer, uuid)
  to service_role;
