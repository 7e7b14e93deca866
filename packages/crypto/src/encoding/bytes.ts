/** Whether `value` is a byte array, also one made in another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && value.constructor.name === 'Uint8Array')
  );
}

/**
 * Refuses a programmer's mistake: `TypeError` unless `value` is a byte array, `RangeError` unless it
 * has `length` bytes (any length when left out).
 */
export function assertBytes(
  value: unknown,
  name: string,
  length?: number,
): asserts value is Uint8Array {
  if (!isBytes(value)) throw new TypeError(`${name}: expected Uint8Array, got ${typeof value}`);
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${name}: expected ${length} bytes, got ${value.length}`);
  }
}

/** The arrays one after another in a new array. */
export function concatBytes(...parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    assertBytes(part, 'part');
    length += part.length;
  }
  const out = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/**
 * A copy of the bytes from `start` to `end`. `slice` of a Node `Buffer` is a view on the same memory, and
 * whoever wipes or reuses the buffer would change what was read from it.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  return Uint8Array.from(bytes.subarray(start, end));
}

/**
 * Whether two arrays hold the same bytes, without leaving early at the first difference.
 *
 * Lengths are not secret. An engine may still optimise; JavaScript gives no constant-time promise.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  assertBytes(a, 'a');
  assertBytes(b, 'b');
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Overwrites the arrays with zeros; best effort, as the engine may hold copies. */
export function zeroize(...parts: Uint8Array[]): void {
  for (const part of parts) {
    assertBytes(part, 'part');
    part.fill(0);
  }
}
