/** Standard base64 of the database to the base64url of the HTTP API, in every string of a value. */
export function onWire(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
    typeof part === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(part) && part.length >= 16
      ? Buffer.from(part, 'base64').toString('base64url')
      : part,
  );
}
