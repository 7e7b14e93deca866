import { utf8 } from '../encoding/text.ts';

/** UTF-8 of a password in NFKC, so that one password typed on two keyboards is one key. */
export function passwordBytes(password: string): Uint8Array {
  if (typeof password !== 'string')
    throw new TypeError(`password: expected string, got ${typeof password}`);
  const bytes = utf8(password.normalize('NFKC'));
  if (bytes.length === 0) throw new RangeError('password: empty');
  return bytes;
}
