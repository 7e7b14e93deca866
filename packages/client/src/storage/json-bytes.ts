import { fromBase64Url, toBase64Url } from '@sotto/crypto';

const marker = '$bytes';

/** JSON in which byte strings are `{"$bytes": base64url}`. For records at rest, never for the wire. */
export function serializeRecord(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner instanceof Uint8Array ? { [marker]: toBase64Url(inner) } : inner,
  );
}

/** The inverse; throws `SyntaxError` or `CryptoError` for what it cannot read. */
export function parseRecord(text: string): unknown {
  return JSON.parse(text, (_key, inner: unknown) => {
    if (typeof inner === 'object' && inner !== null && marker in inner) {
      const { [marker]: encoded } = inner as { [marker]: unknown };
      if (typeof encoded === 'string') return fromBase64Url(encoded);
    }
    return inner;
  });
}
