/** Chat keys with CryptoJS, whose PBKDF2 shares no code with WebCrypto's or noble's. */
import { toHex } from '../../src/encoding/hex.ts';
import { deriveChatKey, type ChatKeyType } from '../../src/index.ts';
import recorded from '../../test/vectors/crypto-js/chat-keys-crypto-js-4.2.0.json' with { type: 'json' };
import { importOracle } from '../install-oracle.ts';
import { attempt, type InteropResult } from '../result.ts';

interface CryptoJs {
  PBKDF2(
    password: string,
    salt: string,
    options: { keySize: number; iterations: number; hasher: unknown },
  ): { toString(): string };
  algo: { SHA256: unknown };
}

const version = '4.2.0';

async function derive(lib: CryptoJs): Promise<string> {
  for (const { password, chatId, keyType, timestamp, iterations, key } of recorded) {
    const ours = await deriveChatKey(
      password,
      chatId,
      keyType as ChatKeyType,
      timestamp ?? undefined,
      { iterations, purpose: 'read' },
    );
    const salt = `${chatId}_${keyType}_${timestamp ?? 'current'}`;
    const options = { keySize: 8, iterations, hasher: lib.algo.SHA256 };
    const theirs = lib.PBKDF2(password.normalize('NFKC'), salt, options).toString();
    if (toHex(ours) !== theirs) throw new Error('another key');
    if (theirs !== key) throw new Error('another key than was recorded');
  }
  return `${recorded.length} keys, as recorded`;
}

/** The same keys from both. */
export async function cryptoJs(): Promise<InteropResult[]> {
  const { default: lib } = (await importOracle('crypto-js', version)) as { default: CryptoJs };
  const place = { oracle: `crypto-js ${version}`, what: 'chat keys', direction: 'both derive' };
  return [await attempt(place, () => derive(lib))];
}
