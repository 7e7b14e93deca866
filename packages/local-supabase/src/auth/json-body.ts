import { AuthError, validationFailed } from './errors.ts';

/** Deeper than any body here needs, and far from any limit of the stack. */
const MAX_DEPTH = 16;

// PostgreSQL stores neither NUL in text nor half of a surrogate pair in jsonb; both would fail late,
// as an error of the server.
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * Reads a request body: a JSON object, or nothing, which counts as an empty object.
 *
 * `__proto__` keys are dropped. Text that PostgreSQL cannot store, deep nesting and anything but an
 * object throw an `AuthError` with status 400.
 */
export function parseJsonBody(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
  }
  if (!isPlainObject(value)) {
    throw new AuthError(400, 'bad_json', 'The request body must be a JSON object');
  }
  assertStorable(value);
  return value;
}

function assertStorable(root: Record<string, unknown>): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (depth > MAX_DEPTH) throw validationFailed('The request body is nested too deeply');
    if (typeof value === 'string') assertText(value);
    else if (Array.isArray(value)) {
      for (const item of value) open.push({ value: item, depth: depth + 1 });
    } else if (isPlainObject(value)) {
      delete value['__proto__'];
      for (const [key, item] of Object.entries(value)) {
        assertText(key);
        open.push({ value: item, depth: depth + 1 });
      }
    }
  }
}

function assertText(text: string): void {
  if (UNSTORABLE.test(text)) {
    throw validationFailed('Text must not contain NUL or unpaired surrogates');
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
