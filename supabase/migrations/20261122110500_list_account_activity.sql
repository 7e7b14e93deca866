-- purpose: the record of an account, for its owner; and what the auth service notes of sign-ins goes
--   into the same record, so that there is one order and one numbering.
-- the server can learn: nothing new, but it keeps longer what the auth service deletes after a while:
--   which account signed in or out, or changed its password or second factor, and when. No addresses.
-- locks: share row exclusive on auth.audit_log_entries for a moment; share on private.audit_events
--   while the index is made.
-- way back: drop the trigger and the functions.

create index audit_events_user_id_id_idx on private.audit_events (user_id, id);

create function private.list_activity(p_user uuid, p_before bigint, p_limit integer)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'events', coalesce(
      jsonb_agg(
        jsonb_build_object(
          'id', e.id,
          'atMs', private.to_ms(e.at),
          'action', e.action,
          'deviceId', e.device_id,
          'detail', coalesce(
            (
              select jsonb_object_agg(d.key, d.value)
              from jsonb_each(e.detail) d
              where jsonb_typeof(d.value) not in ('object', 'array')
            ),
            '{}'
          )
        )
        order by e.id desc
      ) filter (where e.n <= least(p_limit, 50)),
      '[]'
    ),
    'hasMore', count(*) > least(p_limit, 50)
  )
  from (
    select a.*, row_number() over (order by a.id desc) as n
    from private.audit_events a
    where a.user_id = p_user
      and (p_before is null or a.id < p_before)
      -- Words of relays before this one had other letters.
      and a.action ~ '^[a-z][a-z_]{0,63}$'
    order by a.id desc
    limit least(p_limit, 50) + 1
  ) e
$$;

create function public.relay_list_activity(p_user uuid, p_before bigint, p_limit integer)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.list_activity(p_user, p_before, p_limit) $$;

-- The words of Supabase's auth service on the left; what it notes beside them (each refresh, each
-- challenge) is not for this record.
create function private.record_auth_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_action text := case new.payload ->> 'action'
    when 'user_signedup' then 'account_created'
    when 'login' then 'signed_in'
    when 'user_verified' then 'signed_in_by_code'
    when 'logout' then 'signed_out'
    when 'user_updated_password' then 'password_changed'
    when 'user_recovery_requested' then 'password_reset_requested'
    when 'user_email_changed' then 'email_changed'
    when 'factor_verified' then 'second_factor_given'
    when 'mfa_code_login' then 'second_factor_given'
    when 'verification_attempted' then 'second_factor_tried'
    when 'factor_unenrolled' then 'second_factor_removed'
    when 'factor_deleted' then 'second_factor_removed'
    when 'refresh_token_reused' then 'session_reused'
  end;
begin
  if v_action is not null then
    perform private.audit(
      coalesce(new.payload ->> 'subject_id', new.payload ->> 'actor_id')::uuid, null, v_action, '{}'
    );
  end if;
  return null;
exception
  -- Nobody is kept from signing in because it could not be written down here.
  when others then
    return null;
end
$$;
comment on function private.record_auth_event() is
  'Trigger of the auth service''s own log: copies what its owner should see.';

revoke all on function
  private.list_activity(uuid, bigint, integer),
  private.record_auth_event(),
  public.relay_list_activity(uuid, bigint, integer)
  from public, anon, authenticated, service_role;
grant execute on function
  private.list_activity(uuid, bigint, integer),
  public.relay_list_activity(uuid, bigint, integer)
  to service_role;

-- A host that does not let its users do this has a record without sign-ins.
do $$
begin
  create trigger sotto_record_auth_event
    after insert on auth.audit_log_entries
    for each row execute function private.record_auth_event();
exception
  when insufficient_privilege or undefined_table then
    raise notice 'the record of accounts will not hold sign-ins: %', sqlerrm;
end
$$;
