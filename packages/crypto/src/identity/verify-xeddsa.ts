import { assertBytes } from '../encoding/bytes.ts';
import { edwardsYFromU } from '../primitives/curve25519.ts';
import { Ed25519PublicKey } from '../primitives/ed25519-verify.ts';
import { perKeyCache } from '../primitives/per-key-cache.ts';
import { isIdentityPublicKey } from './public-key.ts';

/** Bytes of an XEdDSA signature. */
export const signatureBytes = 64;

const keys = perKeyCache<Ed25519PublicKey>();

/** The Edwards key of a checked identity-type key; the signature brings its sign, 0x00 or 0x80. */
function edwardsKey(publicKey: Uint8Array, sign: number): Ed25519PublicKey {
  return keys(publicKey, sign === 0 ? '+' : '-', () => {
    const edwards = edwardsYFromU(publicKey.subarray(1));
    edwards[31] = (edwards[31] ?? 0) | sign;
    return new Ed25519PublicKey(edwards);
  });
}

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
  const key = edwardsKey(publicKey, (signature[63] ?? 0) & 0x80);
  const plain = Uint8Array.from(signature);
  plain[63] = (plain[63] ?? 0) & 0x7f;
  return key.verify(message, plain);
}
