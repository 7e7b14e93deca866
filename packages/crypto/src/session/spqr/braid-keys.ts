/** The Braid's key derivations: epoch secrets and the authenticator (ML-KEM Braid §2.2, §2.3). */
import { concatBytes, equalBytes } from '../../encoding/bytes.ts';
import { be64 } from '../../encoding/integers.ts';
import { utf8 } from '../../encoding/text.ts';
import { CryptoError } from '../../errors.ts';
import { hkdfSha256 } from '../../primitives/hkdf.ts';
import { hmacSha256 } from '../../primitives/hmac.ts';
import { fields, fixedBytes, type Decoded } from '../record-codec.ts';

const none = new Uint8Array(0);
const label = (name: string): Uint8Array => utf8(`Signal_PQCKA_V1_MLKEM768:${name}`);
const labels = {
  secret: label('SCKA Key'),
  update: label('Authenticator Update'),
  header: label('ekheader'),
  ciphertext: label('ciphertext'),
};

/** The secret that an epoch gives to the ratchet, from the KEM's. */
export function epochSecret(sharedSecret: Uint8Array, epoch: number): Promise<Uint8Array> {
  const info = concatBytes(labels.secret, be64(epoch));
  return hkdfSha256({ ikm: sharedSecret, salt: none, info, length: 32 });
}

/** The stored form of an authenticator. */
export const authenticatorCodec = fields({ rootKey: fixedBytes(32), macKey: fixedBytes(32) });

/** Keys under which headers and ciphertexts are authenticated; each epoch's secret goes in. */
export type Authenticator = Decoded<typeof authenticatorCodec>;

/** The authenticator with one more secret in it. */
export async function updateAuthenticator(
  rootKey: Uint8Array,
  secret: Uint8Array,
  epoch: number,
): Promise<Authenticator> {
  const info = concatBytes(labels.update, be64(epoch));
  const ikm = concatBytes(rootKey, secret);
  const keys = await hkdfSha256({ ikm, salt: none, info, length: 64 });
  return { rootKey: keys.slice(0, 32), macKey: keys.slice(32) };
}

/** MAC of a header or of a whole ciphertext of an epoch, 32 bytes. */
export function braidMac(
  authenticator: Authenticator,
  what: 'header' | 'ciphertext',
  epoch: number,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  return hmacSha256(authenticator.macKey, concatBytes(labels[what], be64(epoch), bytes));
}

/** Refuses with `open_failed` a MAC that is not {@link braidMac}'s. */
export async function verifyBraidMac(
  authenticator: Authenticator,
  what: 'header' | 'ciphertext',
  epoch: number,
  authenticated: { bytes: Uint8Array; mac: Uint8Array },
): Promise<void> {
  const expected = await braidMac(authenticator, what, epoch, authenticated.bytes);
  if (!equalBytes(expected, authenticated.mac)) throw new CryptoError('open_failed');
}
