type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What tells the items of a list apart: a chat's or a message's id, else the item itself. */
function identity(item: unknown): unknown {
  return isFields(item) ? (item['chatId'] ?? item['id']) : item;
}

function keepList(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const known = new Map(previous.map((item) => [identity(item), item]));
  const merged = next.map((item) => keepUnchanged(known.get(identity(item)), item));
  const same =
    merged.length === previous.length && merged.every((item, index) => item === previous[index]);
  return same ? previous : merged;
}

function keepFields(previous: Fields, next: Fields): Fields {
  const names = Object.keys(next);
  const merged = Object.fromEntries(
    names.map((name) => [name, keepUnchanged(previous[name], next[name])]),
  );
  const same =
    names.length === Object.keys(previous).length &&
    names.every((name) => Object.hasOwn(previous, name) && merged[name] === previous[name]);
  return same ? previous : merged;
}

/**
 * `next`, with every part that equals its counterpart in `previous` replaced by it. A clone from a
 * worker is new in every part; without this each snapshot would redraw every bubble of a chat.
 * Both are snapshots of the facade: lists, plain objects, texts, numbers, booleans, null.
 */
export function keepUnchanged<Value>(previous: unknown, next: Value): Value {
  if (Array.isArray(previous) && Array.isArray(next)) return keepList(previous, next) as Value;
  if (isFields(previous) && isFields(next)) return keepFields(previous, next) as Value;
  return next;
}
