import { assertBytes } from '../encoding/bytes.ts';
import { assertCount } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { verifyXEdDSA } from '../identity/verify-xeddsa.ts';
import { kyber1024WireBytes } from '../kem/kyber-1024.ts';
import { assertTorsionFree } from './agreement-key-pair.ts';

const maximumId = 0xffff_ffff;

/** What a device publishes so that others can start a session while it is away. */
export interface PreKeyBundle {
  registrationId: number;
  identityKey: Uint8Array;
  /** Left out when the device has run out of one-time prekeys. */
  preKey?: { id: number; publicKey: Uint8Array };
  signedPreKey: { id: number; publicKey: Uint8Array; signature: Uint8Array };
  kyberPreKey: { id: number; publicKey: Uint8Array; signature: Uint8Array };
}

/**
 * Refuses a bundle whose keys are malformed, of low order or not torsion-free (`bad_key`), or whose
 * signatures by the identity key over the 33-byte and the 1,569-byte prekey do not verify (`bad_signature`).
 */
export async function verifyPreKeyBundle(bundle: PreKeyBundle): Promise<void> {
  const { registrationId, preKey, signedPreKey, kyberPreKey } = bundle;
  assertCount(registrationId, 'registrationId', maximumId);
  for (const { id } of [signedPreKey, kyberPreKey, ...(preKey ? [preKey] : [])]) {
    assertCount(id, 'id', maximumId);
  }
  const identityKey = parseIdentityPublicKey(bundle.identityKey);
  const agreementKeys = [signedPreKey, ...(preKey ? [preKey] : [])];
  for (const { publicKey } of agreementKeys) assertBytes(publicKey, 'publicKey');
  assertBytes(kyberPreKey.publicKey, 'kyberPreKey.publicKey');
  if (kyberPreKey.publicKey.length !== kyber1024WireBytes) throw new CryptoError('bad_key');
  await Promise.all(agreementKeys.map(({ publicKey }) => assertTorsionFree(publicKey)));
  const verified = await Promise.all(
    [signedPreKey, kyberPreKey].map(({ publicKey, signature }) =>
      verifyXEdDSA({ publicKey: identityKey, message: publicKey, signature }),
    ),
  );
  if (!verified.every(Boolean)) {
    throw new CryptoError('bad_signature', 'a prekey is not signed by its identity key');
  }
}
