-- purpose: the schema that no client reaches, closed defaults, and the few functions that every
--   later migration uses.
-- the server can learn: nothing, no data is stored here.
-- locks: none on existing tables.
-- way back: drop schema private; the default privileges may stay, they only close.

create schema if not exists private;
comment on schema private is
  'Functions that act with the owner''s rights, and tables that only they touch. Not exposed by the API.';

-- Only the global form takes away the execution that PUBLIC has by default on new functions.
alter default privileges revoke execute on functions from public;
-- Older self-hosted installations grant everything new to these three roles.
alter default privileges in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
  revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
  revoke all on functions from anon, authenticated, service_role;

create function private.to_base64(p_bytes bytea)
returns text
language sql
immutable strict parallel safe
set search_path = ''
as $$ select translate(encode(p_bytes, 'base64'), e'\n', '') $$;
comment on function private.to_base64(bytea) is 'Standard base64 without line breaks.';

-- A pattern first, because decode() raises, and one bad row must not fail a batch.
create function private.from_base64(p_text text)
returns bytea
language sql
immutable strict parallel safe
set search_path = ''
as $$
  select case
    when length(p_text) % 4 = 0 and p_text ~ '^[A-Za-z0-9+/]*={0,2}$' then decode(p_text, 'base64')
  end
$$;
comment on function private.from_base64(text) is
  'Bytes of standard base64, or null where the text is not that.';

create function private.to_ms(p_time timestamptz)
returns bigint
language sql
immutable strict parallel safe
set search_path = ''
as $$ select floor(extract(epoch from p_time) * 1000)::bigint $$;
comment on function private.to_ms(timestamptz) is 'Milliseconds since 1970.';

create function private.json_bytes(p_object jsonb, p_key text)
returns bytea
language plpgsql
immutable parallel safe
set search_path = ''
as $$
declare
  v_bytes bytea := private.from_base64(p_object ->> p_key);
begin
  if v_bytes is null then
    raise sqlstate 'PT400' using message = 'bad_bytes';
  end if;
  return v_bytes;
end
$$;
comment on function private.json_bytes(jsonb, text) is
  'Bytes under a key of an object; PT400 where they are missing or not base64.';

create function private.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception 'append_only' using errcode = '42501';
end
$$;
comment on function private.refuse_change() is
  'Trigger of append-only tables: update, delete and truncate fail for every role.';

revoke all on schema private from public, anon, authenticated;
-- The public wrappers run as service_role and look their private function up by name.
grant usage on schema private to service_role;
revoke all on all functions in schema private from public, anon, authenticated, service_role;
grant execute on function private.from_base64(text) to service_role;
