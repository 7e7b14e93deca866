-- purpose: a second factor counts once a device of the account has stored its backup. The auth service
--   lets whoever knows the login password set one up; such a factor could otherwise lock its owner out.
-- the server can learn: which factor of the auth service a backup belongs to.
-- locks: access exclusive for a moment on private.second_factor_backups.
-- way back: create the functions again as they were, then drop the column. A relay of the version before
--   this one can store no backup: it names no factor.

alter table private.second_factor_backups add column factor_id uuid;
comment on column private.second_factor_backups.factor_id is
  'Of auth.mfa_factors; no reference, because the auth service removes factors without asking.';

update private.second_factor_backups b
set factor_id = (
  select f.id
  from auth.mfa_factors f
  where f.user_id = b.user_id
  order by f.status = 'verified' desc, f.created_at desc
  limit 1
);
-- Left over from a factor that was removed.
delete from private.second_factor_backups b where b.factor_id is null;
alter table private.second_factor_backups alter column factor_id set not null;

create function private.counting_factor(p_user uuid)
returns uuid
language sql
stable security definer
set search_path = ''
as $$
  select f.id
  from private.second_factor_backups b
  join auth.mfa_factors f on f.id = b.factor_id and f.user_id = b.user_id
  where b.user_id = p_user and f.status = 'verified'
$$;
comment on function private.counting_factor(uuid) is
  'The verified second factor whose backup a device of the account has stored: the one that sessions have to give. Null where there is none.';

create or replace function private.session_exists(p_user uuid, p_session uuid)
returns boolean
language sql
stable security definer
set search_path = ''
as $$
  select exists (
    select
    from auth.sessions s
    join auth.users u on u.id = s.user_id
    where s.id = p_session
      and s.user_id = p_user
      and (s.not_after is null or s.not_after > now())
      and (u.banned_until is null or u.banned_until <= now())
      and u.deleted_at is null
      and (s.aal::text in ('aal2', 'aal3') or private.counting_factor(s.user_id) is null)
  )
$$;

create or replace function private.put_second_factor_backup(
  p_user uuid, p_device uuid, p_backup jsonb
)
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
  v_new.factor_id := (p_backup ->> 'factorId')::uuid;
  v_new.updated_at := now();
  perform private.lock_account(p_user);
  select b.* into v_old from private.second_factor_backups b where b.user_id = p_user;
  if (v_old.factor_id, v_old.under_recovery_key, v_old.under_vault_key)
    is not distinct from (v_new.factor_id, v_new.under_recovery_key, v_new.under_vault_key) then
    return '{}';
  end if;
  -- The factor would be on at the auth service and count for nothing here.
  if private.counting_factor(p_user) <> v_new.factor_id then
    raise sqlstate 'PT409' using message = 'other_factor';
  end if;
  insert into private.second_factor_backups
    (user_id, factor_id, under_recovery_key, under_vault_key, updated_at)
  values (
    v_new.user_id, v_new.factor_id, v_new.under_recovery_key, v_new.under_vault_key,
    v_new.updated_at
  )
  on conflict (user_id) do update
    set factor_id = excluded.factor_id,
        under_recovery_key = excluded.under_recovery_key,
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
  when check_violation or not_null_violation or invalid_text_representation then
    raise sqlstate 'PT400' using message = 'bad_backup';
end
$$;

create or replace function private.get_second_factor_backup(p_user uuid)
returns jsonb
language sql
stable security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'backup', (
      select jsonb_build_object(
        'factorId', b.factor_id,
        'underRecoveryKey', private.to_base64(b.under_recovery_key),
        'underVaultKey', private.to_base64(b.under_vault_key)
      )
      from private.second_factor_backups b
      where b.user_id = p_user
    )
  )
$$;

create or replace function private.delete_second_factor_backup(p_user uuid, p_device uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_device(p_user, p_device);
  perform private.lock_account(p_user);
  -- The factor goes first: without its backup it would count for nothing, and nobody would be told.
  if private.counting_factor(p_user) is not null then
    raise sqlstate 'PT409' using message = 'factor_in_force';
  end if;
  delete from private.second_factor_backups b where b.user_id = p_user;
  if found then
    perform private.audit(p_user, p_device, 'second_factor_off', '{}');
  end if;
  return '{}';
end
$$;

comment on function private.session_exists(uuid, uuid) is
  'Whether the session lives, of an account that is not barred, and has given its second factor, if one counts.';
comment on function private.session_lacks_factor(uuid, uuid) is
  'Whether the session lives but has not given the second factor that counts for its account.';
comment on function private.my_session_is_active() is
  'Whether the token''s auth session lives, has given the second factor where one counts, and is bound to an active device of its user.';

revoke all on function private.counting_factor(uuid)
  from public, anon, authenticated, service_role;
