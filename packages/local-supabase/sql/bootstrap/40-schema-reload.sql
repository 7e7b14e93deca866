-- PostgREST keeps a picture of the schema. These triggers tell it to look again after each change,
-- so that migrations need not. Only a superuser can make event triggers.
create or replace function extensions.pgrst_ddl_watch() returns event_trigger
  language plpgsql
  set search_path to ''
  as $$
declare
  changed record;
begin
  for changed in select * from pg_catalog.pg_event_trigger_ddl_commands() loop
    if changed.schema_name is distinct from 'pg_temp' and changed.object_type in (
      'schema', 'table', 'foreign table', 'view', 'materialized view', 'function', 'procedure',
      'aggregate', 'trigger', 'type', 'rule', 'table column', 'table constraint'
    ) or changed.command_tag in ('COMMENT', 'GRANT', 'REVOKE') then
      notify pgrst, 'reload schema';
      return;
    end if;
  end loop;
end
$$;

create or replace function extensions.pgrst_drop_watch() returns event_trigger
  language plpgsql
  set search_path to ''
  as $$
declare
  dropped record;
begin
  for dropped in select * from pg_catalog.pg_event_trigger_dropped_objects() loop
    if not dropped.is_temporary and dropped.object_type in (
      'schema', 'table', 'foreign table', 'view', 'materialized view', 'function', 'procedure',
      'aggregate', 'trigger', 'type', 'rule', 'table column', 'table constraint'
    ) then
      notify pgrst, 'reload schema';
      return;
    end if;
  end loop;
end
$$;

drop event trigger if exists pgrst_ddl_watch;
create event trigger pgrst_ddl_watch on ddl_command_end
  execute function extensions.pgrst_ddl_watch();

drop event trigger if exists pgrst_drop_watch;
create event trigger pgrst_drop_watch on sql_drop
  execute function extensions.pgrst_drop_watch();
