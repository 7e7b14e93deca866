-- purpose: what was done to accounts, devices and chats, for the operator.
-- the server can learn: who did what and when, by ids. Details hold no content, keys or addresses.
-- locks: none on existing tables.
-- way back: drop table private.audit_events.

-- No foreign keys: the record outlives what it speaks of.
create table private.audit_events (
  id bigint primary key generated always as identity,
  at timestamptz not null default now(),
  user_id uuid,
  device_id uuid,
  action text not null,
  detail jsonb not null default '{}'
);

comment on table private.audit_events is
  'Append-only. No role has a grant: written by private.audit, read by the database''s owner.';

alter table private.audit_events
  add constraint audit_events_action_check check (action ~ '^[a-z][a-zA-Z_.:]{0,63}$'),
  add constraint audit_events_detail_check
    check (jsonb_typeof(detail) = 'object' and octet_length(detail::text) <= 4096);

create index audit_events_user_id_at_idx on private.audit_events (user_id, at);

create trigger audit_events_append_only
  before update or delete on private.audit_events
  for each row execute function private.refuse_change();
create trigger audit_events_no_truncate
  before truncate on private.audit_events
  for each statement execute function private.refuse_change();

revoke all on table private.audit_events from public, anon, authenticated, service_role;
revoke all on sequence private.audit_events_id_seq from public, anon, authenticated, service_role;
