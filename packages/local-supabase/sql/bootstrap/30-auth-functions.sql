-- What policies ask about the request. PostgREST sets request.jwt.claims for each transaction.
create or replace function auth.jwt() returns jsonb
  language sql stable
  as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;

create or replace function auth.uid() returns uuid
  language sql stable
  as $$ select nullif(auth.jwt() ->> 'sub', '')::uuid $$;

create or replace function auth.role() returns text
  language sql stable
  as $$ select nullif(auth.jwt() ->> 'role', '') $$;

create or replace function auth.email() returns text
  language sql stable
  as $$ select nullif(auth.jwt() ->> 'email', '') $$;

comment on function auth.jwt() is 'All claims of the access token of this request.';
comment on function auth.uid() is 'The user of this request, or null.';
comment on function auth.role() is 'The role claim of this request, or null.';
comment on function auth.email() is 'The email claim of this request, or null.';

alter function auth.jwt() owner to supabase_auth_admin;
alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;
grant all on function auth.jwt(), auth.uid(), auth.role(), auth.email()
  to public, postgres, dashboard_user;
