import { expect, it } from 'vitest';
import { splitStatements } from './split-statements.ts';

it.each([
  ['plain statements', 'select 1; select 2;', ['select 1', 'select 2']],
  ['a last statement without semicolon', 'select 1', ['select 1']],
  ['nothing', ' \n ;; ', []],
  ['quoted text', `select 'a;b', 'it''s;'; select 2`, [`select 'a;b', 'it''s;'`, 'select 2']],
  ['escape strings', `select E'a\\';b'; select 2`, [`select E'a\\';b'`, 'select 2']],
  ['plain backslashes', `select 'a\\'; select 2`, [`select 'a\\'`, 'select 2']],
  ['quoted identifiers', 'select 1 as "a;b"; select 2', ['select 1 as "a;b"', 'select 2']],
  ['dollar quotes', 'do $$ begin; end $$; select 2', ['do $$ begin; end $$', 'select 2']],
  ['tagged dollar quotes', 'do $x$ $$;$$ $x$; select 2', ['do $x$ $$;$$ $x$', 'select 2']],
  ['dollars inside names', 'select a$b$c; select b$b$', ['select a$b$c', 'select b$b$']],
  ['line comments', 'select 1 -- a;b\n; select 2', ['select 1 -- a;b', 'select 2']],
  [
    'nested comments',
    'select /* ; /* ; */ ; */ 1; select 2',
    ['select /* ; /* ; */ ; */ 1', 'select 2'],
  ],
  [
    'parentheses',
    'create rule r as on update to t do (a; b); c',
    ['create rule r as on update to t do (a; b)', 'c'],
  ],
  [
    'atomic bodies',
    'create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3',
    [
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
      'select 3',
    ],
  ],
  ['a comment at the end, as the CLI does', 'select 1; -- done', ['select 1', '-- done']],
])('splits %s', (_what, sql, expected) => {
  expect(splitStatements(sql)).toEqual(expected);
});
