import { assertCount } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { pbkdf2Sha256 } from '../primitives/pbkdf2.ts';
import {
  assertIterations,
  defaultIterations,
  minimumIterations,
  minimumReadIterations,
} from './kdf-limits.ts';
import { passwordBytes } from './password-bytes.ts';

/** Which of a chat's password keys. */
export type ChatKeyType = 'current' | 'previous';

/** Options of {@link deriveChatKey}. */
export interface DeriveChatKeyOptions {
  /** 600,000 unless given. */
  iterations?: number;
  /** `read` accepts 150,000 iterations and more, for keys made earlier; `new` is the default. */
  purpose?: 'new' | 'read';
}

/**
 * Derives 32 bytes from a chat password: PBKDF2-HMAC-SHA-256 over the NFKC password with the UTF-8 salt
 * `${chatId}_${keyType}_${timestamp ?? 'current'}`.
 *
 * `timestamp` is in milliseconds. Throws `weak_parameters` for iterations that are below 600,000 (for
 * reading, 150,000), above 10,000,000 or not whole, whatever a server said.
 */
export async function deriveChatKey(
  password: string,
  chatId: string,
  keyType: ChatKeyType = 'current',
  timestamp?: number,
  options: DeriveChatKeyOptions = {},
): Promise<Uint8Array> {
  const secret = passwordBytes(password);
  if (typeof chatId !== 'string')
    throw new TypeError(`chatId: expected string, got ${typeof chatId}`);
  if (chatId.length === 0) throw new RangeError('chatId: empty');
  if (keyType !== 'current' && keyType !== 'previous') throw new RangeError('keyType: unknown');
  if (timestamp !== undefined) assertCount(timestamp, 'timestamp');
  const { iterations = defaultIterations, purpose = 'new' } = options;
  if (purpose !== 'new' && purpose !== 'read') throw new RangeError('purpose: unknown');
  assertIterations(iterations, purpose === 'read' ? minimumReadIterations : minimumIterations);
  const salt = utf8(`${chatId}_${keyType}_${timestamp ?? 'current'}`);
  return pbkdf2Sha256({ password: secret, salt, iterations, length: 32 });
}
