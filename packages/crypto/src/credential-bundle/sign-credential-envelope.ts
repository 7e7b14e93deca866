import { signP256 } from '../primitives/p256-private.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { credentialEnvelopeMessage, type CredentialEnvelope } from './credential-envelope.ts';
import { readPrivateKey } from './session-keypair.ts';

/** Signs an envelope with the relay's session key (64 hexadecimal digits): ECDSA P-256, r ‖ s, low s. */
export async function signCredentialEnvelope(input: {
  envelope: CredentialEnvelope;
  privateKeyHex: string;
  random?: RandomSource;
}): Promise<Uint8Array> {
  const privateKey = readPrivateKey(input.privateKeyHex);
  const message = await credentialEnvelopeMessage(input.envelope);
  const random = input.random ?? systemRandom;
  return signP256({ privateKey, message, format: 'compact', random });
}
