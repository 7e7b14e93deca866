import { assertBytes } from '../encoding/bytes.ts';
import { fromHex } from '../encoding/hex.ts';
import { CryptoError } from '../errors.ts';
import { parseP256PublicKey, verifyP256 } from '../primitives/p256-verify.ts';
import { credentialEnvelopeMessage, type CredentialEnvelope } from './credential-envelope.ts';

/** The envelope came from elsewhere, so what it may not hold is none of the caller's mistakes. */
async function receivedMessage(envelope: CredentialEnvelope): Promise<Uint8Array> {
  try {
    return await credentialEnvelopeMessage(envelope);
  } catch (error) {
    if (error instanceof RangeError) throw new CryptoError('bad_encoding');
    throw error;
  }
}

/**
 * Verifies an envelope against the relay's pinned session key (66 or 130 hexadecimal digits).
 *
 * Throws `bad_signature`, `bad_encoding` for an envelope whose texts or expiry nobody could sign, or
 * `bad_encoding` and `bad_key` for a refused key. The caller compares
 * organization, user, type, scope and expiry with what it asked for; there is no clock here.
 */
export async function verifyCredentialEnvelope(input: {
  envelope: CredentialEnvelope;
  signature: Uint8Array;
  publicKeyHex: string;
}): Promise<void> {
  const { envelope, signature, publicKeyHex } = input;
  assertBytes(signature, 'signature');
  const publicKey = parseP256PublicKey(fromHex(publicKeyHex));
  const message = await receivedMessage(envelope);
  const signed = { publicKey, message, signature, format: 'compact', lowS: true } as const;
  if (!verifyP256(signed)) throw new CryptoError('bad_signature');
}
