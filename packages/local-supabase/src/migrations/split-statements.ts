/**
 * Splits a SQL file at the semicolons that end statements, as the Supabase CLI records them.
 *
 * Knows the PostgreSQL lexis that can hide a semicolon: quoted text and identifiers, `E''` escapes,
 * dollar quotes, line comments, nested block comments, parentheses (rules), and `begin atomic` bodies.
 * Comments stay with the statement that follows them; a last comment is an entry of its own.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let at = 0;
  let parentheses = 0;
  let atomicDepth = 0;
  let previousWord = '';
  while (at < sql.length) {
    const end = skipQuotedOrComment(sql, at);
    if (end > at) {
      at = end;
      continue;
    }
    const character = sql[at];
    if (character === '(') parentheses++;
    if (character === ')') parentheses = Math.max(0, parentheses - 1);
    if (character === ';' && parentheses === 0 && atomicDepth === 0) {
      addStatement(statements, sql.slice(start, at));
      start = at + 1;
      previousWord = '';
    }
    const word = wordAt(sql, at);
    if (word === '') {
      at++;
      continue;
    }
    if (word === 'atomic' && previousWord === 'begin') atomicDepth++;
    else if (word === 'case' && atomicDepth > 0) atomicDepth++;
    else if (word === 'end' && atomicDepth > 0) atomicDepth--;
    previousWord = word;
    at += word.length;
  }
  addStatement(statements, sql.slice(start));
  return statements;
}

function addStatement(statements: string[], text: string): void {
  const trimmed = text.trim();
  if (trimmed !== '') statements.push(trimmed);
}

function wordAt(sql: string, at: number): string {
  if (/[\w$]/.test(sql[at - 1] ?? ' ')) return '';
  wordPattern.lastIndex = at;
  return wordPattern.exec(sql)?.[0].toLowerCase() ?? '';
}

const wordPattern = /[A-Za-z_][\w$]*/y;
const dollarTag = /\$(?:[A-Za-z_]\w*)?\$/y;

/** The index after the quoted text or comment that starts at `at`, or `at` when none does. */
function skipQuotedOrComment(sql: string, at: number): number {
  if (sql.startsWith('--', at)) return indexAfter(sql, '\n', at);
  if (sql.startsWith('/*', at)) return skipBlockComment(sql, at);
  const character = sql[at];
  if (character === "'") {
    const escapes = /^[eE]$/.test(sql[at - 1] ?? '') && !/\w/.test(sql[at - 2] ?? ' ');
    return skipQuoted(sql, at, "'", escapes);
  }
  if (character === '"') return skipQuoted(sql, at, '"', false);
  if (character === '$' && !/\w/.test(sql[at - 1] ?? ' ')) {
    dollarTag.lastIndex = at;
    const tag = dollarTag.exec(sql)?.[0];
    if (tag !== undefined) return indexAfter(sql, tag, at + tag.length);
  }
  return at;
}

function indexAfter(sql: string, text: string, from: number): number {
  const found = sql.indexOf(text, from);
  return found < 0 ? sql.length : found + text.length;
}

function skipQuoted(sql: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from + 1; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') at++;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return sql.length;
}

function skipBlockComment(sql: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++;
      at++;
    } else if (sql.startsWith('*/', at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
}
