import { fromBase64Url, toBase64Url } from '@sotto/crypto';

const marker = '$bytes';

/** JSON in which byte strings are `{"$bytes": base64url}`. For records at rest, never for the wire. */
export function serializeRecord(value: unknown): string {
  return JSON.stringify(
    value,
    bytesAs((bytes) => ({ [marker]: toBase64Url(bytes) })),
  );
}

/**
 * A replacer for `JSON.stringify` that puts `encode(bytes)` for byte strings. It looks at the holder,
 * because a Node `Buffer` has turned itself into something else by the time a replacer is given it.
 */
export function bytesAs(
  encode: (bytes: Uint8Array) => unknown,
): (this: unknown, key: string, value: unknown) => unknown {
  return function (key, value) {
    const raw = (this as Record<string, unknown>)[key];
    return raw instanceof Uint8Array ? encode(raw) : value;
  };
}

/** The inverse; throws `SyntaxError` or `CryptoError` for what it cannot read. */
export function parseRecord(text: string): unknown {
  return JSON.parse(text, (_key, inner: unknown) => {
    if (typeof inner === 'object' && inner !== null && marker in inner) {
      const { [marker]: encoded } = inner;
      if (typeof encoded === 'string') return fromBase64Url(encoded);
    }
    return inner;
  });
}
