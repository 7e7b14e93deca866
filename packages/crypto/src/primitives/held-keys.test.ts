/** What WebCrypto holds for us it hands out to nobody, save where a key is made to be kept. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { filled } from '../../test/building/builders.ts';
import { aesCbcEncrypt } from './aes-cbc.ts';
import { AesGcmKey } from './aes-gcm.ts';
import { hkdfSha256 } from './hkdf.ts';
import { pbkdf2Sha256 } from './pbkdf2.ts';
import { generateEphemeralX25519, X25519PrivateKey } from './x25519.ts';

const extractable = { imported: new Map<string, boolean>(), made: new Map<string, boolean>() };
const nameOf = (algorithm: unknown): string =>
  typeof algorithm === 'string' ? algorithm : (algorithm as { name: string }).name;

type Call = (...parts: unknown[]) => Promise<unknown>;
type Subtle = Record<'importKey' | 'generateKey', Call>;

beforeEach(() => {
  const subtle = globalThis.crypto.subtle as unknown as Subtle;
  const { importKey, generateKey } = subtle;
  vi.spyOn(subtle, 'importKey').mockImplementation((...parts) => {
    extractable.imported.set(`${nameOf(parts[2])} ${String(parts[0])}`, parts[3] === true);
    return importKey.apply(subtle, parts);
  });
  vi.spyOn(subtle, 'generateKey').mockImplementation((...parts) => {
    extractable.made.set(nameOf(parts[0]), parts[1] === true);
    return generateKey.apply(subtle, parts);
  });
});
afterEach(() => vi.restoreAllMocks());

it('imports keys so that they cannot be exported', async () => {
  const long = filled(100_000, 1);
  await new AesGcmKey(filled(32, 2)).seal(filled(12, 3), filled(1, 4), long);
  await aesCbcEncrypt(filled(32, 2), filled(16, 3), long);
  await hkdfSha256({ ikm: long, salt: filled(32, 1), info: filled(1, 1), length: 32 });
  await pbkdf2Sha256({
    password: filled(9, 1),
    salt: filled(32, 2),
    iterations: 10_000,
    length: 32,
  });
  const ephemeral = await generateEphemeralX25519();
  const { publicKey } = ephemeral ?? { publicKey: filled(32, 9) };
  const other = new X25519PrivateKey(filled(32, 5));
  await other.agree(publicKey);
  await new X25519PrivateKey(filled(32, 5), await other.publicKey()).agree(publicKey);

  const names = [...extractable.imported.keys()];
  expect(names).toEqual(
    expect.arrayContaining([
      'AES-GCM raw',
      'AES-CBC raw',
      'HKDF raw',
      'PBKDF2 raw',
      'X25519 pkcs8',
      'X25519 jwk',
      'X25519 raw',
    ]),
  );
  const exportable = [...extractable.imported].filter(([, may]) => may).map(([name]) => name);
  // Ed25519: the public key is read off a private one that is imported for that alone.
  expect(exportable.filter((name) => name !== 'Ed25519 pkcs8')).toEqual([]);
  expect(extractable.made.get('X25519')).toBe(false);
});
