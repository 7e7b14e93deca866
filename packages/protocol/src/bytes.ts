import * as z from 'zod/mini';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += alphabet.charAt(word >>> 18) + alphabet.charAt((word >>> 12) & 63);
    if (left > 1) text += alphabet.charAt((word >>> 6) & 63);
    if (left > 2) text += alphabet.charAt(word & 63);
  }
  return text;
}

/** Undefined for anything but the one canonical spelling (RFC 4648 section 5, no padding). */
function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (word >>> bits) & 0xff;
    }
  }
  return (word & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

/**
 * Opaque bytes in a socket frame: raw binary, never base64.
 * msgpack hands out a Node `Buffer` (itself a `Uint8Array`), a plain `Uint8Array`, or in a browser an `ArrayBuffer`.
 */
export function bytesSchema(size: { exact: number } | { max: number; min?: number }) {
  const [min, max] = 'exact' in size ? [size.exact, size.exact] : [size.min ?? 1, size.max];
  return z.pipe(
    z.union([z.instanceof(Uint8Array), z.instanceof(ArrayBuffer)]),
    z.pipe(
      z.transform((value: Uint8Array<ArrayBuffer> | ArrayBuffer) =>
        value instanceof ArrayBuffer ? new Uint8Array(value) : value,
      ),
      z.instanceof(Uint8Array).check(
        z.refine((value) => value.length >= min && value.length <= max, {
          message: `expected ${min} to ${max} bytes`,
        }),
      ),
    ),
  );
}

/** Opaque bytes in a JSON body: canonical unpadded base64url on the wire, bytes in the program. */
export function base64UrlSchema(size: { exact: number } | { max: number; min?: number }) {
  const [min, max] = 'exact' in size ? [size.exact, size.exact] : [size.min ?? 1, size.max];
  return z.codec(
    z.string().check(z.maxLength(Math.ceil((max * 4) / 3))),
    z.instanceof(Uint8Array),
    {
      decode: (text, context) => {
        const bytes = decodeBase64Url(text);
        if (bytes && bytes.length >= min && bytes.length <= max) return bytes;
        context.issues.push({
          code: 'custom',
          message: `expected base64url of ${min} to ${max} bytes`,
          input: text,
        });
        return z.NEVER;
      },
      encode: encodeBase64Url,
    },
  );
}
