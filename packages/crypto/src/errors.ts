/** Every reason for which this package refuses data; one meaning each. */
export type CryptoErrorCode =
  | 'open_failed'
  | 'bad_key'
  | 'bad_signature'
  | 'weak_parameters'
  | 'bad_encoding'
  | 'too_large'
  | 'chain_broken'
  | 'rollback'
  | 'not_permitted'
  | 'missing_key';

const defaultMessages: Record<CryptoErrorCode, string> = {
  open_failed: 'could not be opened',
  bad_key: 'the key is refused',
  bad_signature: 'the signature does not verify',
  weak_parameters: 'the key derivation parameters are refused',
  bad_encoding: 'the bytes or the text are malformed',
  too_large: 'the input is too large',
  chain_broken: 'the entry does not follow the one before',
  rollback: 'an older version was offered',
  not_permitted: 'the author may not do this',
  missing_key: 'a key that is needed is not there',
};

/**
 * A refusal caused by data, never by a bug in the caller (those are `TypeError` and `RangeError`).
 *
 * `open_failed` is the one answer to every failure to open: it carries no cause, so that nothing
 * tells a wrong key from a changed byte. Recognise it with {@link isCryptoError}.
 */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, message?: string, options?: { cause?: unknown }) {
    super(message ?? defaultMessages[code], options);
    this.code = code;
  }
}

/** Whether `error` is a {@link CryptoError}, with the given code if one is named; safe across realms. */
export function isCryptoError(error: unknown, code?: CryptoErrorCode): error is CryptoError {
  if (typeof error !== 'object' || error === null) return false;
  const candidate = error as { name?: unknown; code?: unknown };
  if (candidate.name !== 'CryptoError' || typeof candidate.code !== 'string') return false;
  return code === undefined || candidate.code === code;
}
