/**
 * The same body with each byte array as an `ArrayBuffer` of exactly its bytes. Socket.IO's msgpack
 * encoder writes the whole buffer under a `Uint8Array` in Node, which may hold other data, and an
 * object with a field for each byte in a browser; an `ArrayBuffer` it writes as its bytes in both.
 */
export function withExactBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value).buffer;
  if (Array.isArray(value)) return value.map(withExactBytes);
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, withExactBytes(field)]),
  );
}
