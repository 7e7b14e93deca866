-- purpose: the secret of an account's second factor, sealed in the client under the recovery key and
--   under the vault, so that a lost authenticator does not lock its owner out.
-- the server can learn: when the second factor was set up or changed. Not the secret: the auth service
--   holds that one in the clear anyway.
-- locks: none on existing tables but a moment of share row exclusive on auth.users for the key.
-- way back: drop table private.second_factor_backups; a lost second factor is then removed by the
--   operator alone.

create table private.second_factor_backups (
  user_id uuid primary key references auth.users (id) on delete cascade,
  under_recovery_key bytea not null,
  under_vault_key bytea not null,
  updated_at timestamptz not null default now()
);

comment on table private.second_factor_backups is
  'One an account. Handed out before the second factor was given: it is the way past a lost one.';

alter table private.second_factor_backups
  add constraint second_factor_backups_under_recovery_key_check
    check (octet_length(under_recovery_key) between 1 and 1024),
  add constraint second_factor_backups_under_vault_key_check
    check (octet_length(under_vault_key) between 1 and 1024);

revoke all on table private.second_factor_backups from public, anon, authenticated, service_role;

create function private.put_second_factor_backup(p_user uuid, p_device uuid, p_backup jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_new private.second_factor_backups;
  v_old private.second_factor_backups;
begin
  perform private.require_device(p_user, p_device);
  v_new.user_id := p_user;
  v_new.under_recovery_key := private.json_bytes(p_backup, 'underRecoveryKey');
  v_new.under_vault_key := private.json_bytes(p_backup, 'underVaultKey');
  v_new.updated_at := now();
  perform private.lock_account(p_user);
  select b.* into v_old from private.second_factor_backups b where b.user_id = p_user;
  if (v_old.under_recovery_key, v_old.under_vault_key)
    is not distinct from (v_new.under_recovery_key, v_new.under_vault_key) then
    return '{}';
  end if;
  insert into private.second_factor_backups select v_new.*
  on conflict (user_id) do update
    set under_recovery_key = excluded.under_recovery_key,
        under_vault_key = excluded.under_vault_key,
        updated_at = excluded.updated_at;
  perform private.audit(
    p_user,
    p_device,
    case when v_old.user_id is null then 'second_factor_on' else 'second_factor_changed' end,
    '{}'
  );
  return '{}';
exception
  when check_violation or not_null_violation then
    raise sqlstate 'PT400' using message = 'bad_backup';
end
$$;

create function private.get_second_factor_backup(p_user uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'backup', (
      select jsonb_build_object(
        'underRecoveryKey', private.to_base64(b.under_recovery_key),
        'underVaultKey', private.to_base64(b.under_vault_key)
      )
      from private.second_factor_backups b
      where b.user_id = p_user
    )
  )
$$;

create function private.delete_second_factor_backup(p_user uuid, p_device uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_device(p_user, p_device);
  delete from private.second_factor_backups b where b.user_id = p_user;
  if found then
    perform private.audit(p_user, p_device, 'second_factor_off', '{}');
  end if;
  return '{}';
end
$$;

create function public.relay_put_second_factor_backup(p_user uuid, p_device uuid, p_backup jsonb)
returns jsonb
language sql
set search_path = ''
as $$ select private.put_second_factor_backup(p_user, p_device, p_backup) $$;

create function public.relay_get_second_factor_backup(p_user uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.get_second_factor_backup(p_user) $$;

create function public.relay_delete_second_factor_backup(p_user uuid, p_device uuid)
returns jsonb
language sql
set search_path = ''
as $$ select private.delete_second_factor_backup(p_user, p_device) $$;

revoke all on function
  private.put_second_factor_backup(uuid, uuid, jsonb),
  private.get_second_factor_backup(uuid),
  private.delete_second_factor_backup(uuid, uuid),
  public.relay_put_second_factor_backup(uuid, uuid, jsonb),
  public.relay_get_second_factor_backup(uuid),
  public.relay_delete_second_factor_backup(uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.put_second_factor_backup(uuid, uuid, jsonb),
  private.get_second_factor_backup(uuid),
  private.delete_second_factor_backup(uuid, uuid),
  public.relay_put_second_factor_backup(uuid, uuid, jsonb),
  public.relay_get_second_factor_backup(uuid),
  public.relay_delete_second_factor_backup(uuid, uuid)
  to service_role;
