import { isCryptoError, parseIdentityPublicKey, verifyXEdDSA } from '@sotto/crypto/verify';
import { ProtocolError } from '@sotto/protocol';
import type { routes } from '@sotto/protocol';
import type * as z from 'zod/mini';

type PublishedPreKeys = z.output<(typeof routes)['putPreKeys']['body']>;

/** Type byte of a Kyber1024 key. */
const kyberType = 0x08;

/**
 * Refuses what no honest device publishes, before others are handed it. They verify the same themselves.
 * @throws ProtocolError `bad_request` for a refused key or an id given twice; `forbidden` for a
 *   signature that is not by the device's identity key.
 */
export async function verifyPreKeys(
  identityKey: Uint8Array,
  keys: PublishedPreKeys,
): Promise<void> {
  const { signedPreKey, lastResortKemPreKey, oneTimePreKeys, oneTimeKemPreKeys } = keys;
  const kemPreKeys = [...oneTimeKemPreKeys, ...(lastResortKemPreKey ? [lastResortKemPreKey] : [])];
  assertDistinct(oneTimePreKeys.map(({ id }) => id));
  assertDistinct(kemPreKeys.map(({ id }) => id));
  for (const { publicKey } of [...oneTimePreKeys, ...(signedPreKey ? [signedPreKey] : [])]) {
    assertCurveKey(publicKey);
  }
  if (kemPreKeys.some(({ publicKey }) => publicKey[0] !== kyberType)) {
    throw new ProtocolError('bad_request');
  }
  for (const { publicKey, signature } of [...kemPreKeys, ...(signedPreKey ? [signedPreKey] : [])]) {
    if (!(await verifyXEdDSA({ publicKey: identityKey, message: publicKey, signature }))) {
      throw new ProtocolError('forbidden');
    }
  }
}

function assertDistinct(ids: readonly number[]): void {
  if (new Set(ids).size !== ids.length) throw new ProtocolError('bad_request');
}

/** The same rules as for an identity key: canonical, on the curve, not of low order. */
function assertCurveKey(publicKey: Uint8Array): void {
  try {
    parseIdentityPublicKey(publicKey);
  } catch (cause) {
    if (isCryptoError(cause)) throw new ProtocolError('bad_request', { cause });
    throw cause;
  }
}
