import { assertBytes } from '../encoding/bytes.ts';
import { edwardsYFromU } from '../primitives/curve25519.ts';
import { verifyEd25519 } from '../primitives/ed25519-verify.ts';
import { isIdentityPublicKey } from './public-key.ts';

/** Bytes of an XEdDSA signature. */
export const signatureBytes = 64;

/**
 * Whether an XEdDSA signature verifies under an identity-type key (33 bytes), in Signal's variant: the
 * top bit of byte 63 is the sign of the Edwards key.
 *
 * False, never an exception, for wrong lengths, s ≥ L, small-order and non-canonical keys; `TypeError`
 * for what is not bytes. Signatures are malleable as a class: never use one as an id.
 */
export async function verifyXEdDSA(input: {
  publicKey: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
}): Promise<boolean> {
  const { publicKey, message, signature } = input;
  assertBytes(publicKey, 'publicKey');
  assertBytes(message, 'message');
  assertBytes(signature, 'signature');
  if (signature.length !== signatureBytes || !isIdentityPublicKey(publicKey)) return false;
  const edwards = edwardsYFromU(publicKey.subarray(1));
  const plain = Uint8Array.from(signature);
  edwards[31] = (edwards[31] ?? 0) | ((plain[63] ?? 0) & 0x80);
  plain[63] = (plain[63] ?? 0) & 0x7f;
  return verifyEd25519({ publicKey: edwards, message, signature: plain });
}
