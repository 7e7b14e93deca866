import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { utf8 } from '../encoding/text.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { labelledMessage } from '../identity/labelled-message.ts';
import { signatureBytes, verifyXEdDSA } from '../identity/verify-xeddsa.ts';
import type { HybridKeyPair } from './hybrid-key-pair.ts';
import { openBase } from './hpke-base.ts';
import { kemX25519, kemXWing } from './hpke-kem.ts';
import {
  assertSealContext,
  partyFields,
  sealAad,
  sealInfo,
  sealSignatureFields,
  sealSignatureLabel,
  type SealContext,
  type SealParty,
} from './seal-binding.ts';
import { maxSealPayloadBytes, sealVersion, type SignedSeal } from './seal-signed.ts';

/** What {@link openSigned} needs: the seal, its place, and both devices as the opener knows them. */
export interface OpenSignedInput extends SignedSeal, SealContext {
  /** The device that must have sealed, its key (33 bytes) taken from a certified manifest. */
  sender: SealParty & { identityKey: Uint8Array };
  /**
   * The opening device: its sealing key, 32 bytes each, and its hybrid key if the manifest for which
   * the seal was made lists one. Only that suite opens ([Note: No downgrade]).
   */
  recipient: SealParty & {
    publicKey: Uint8Array;
    privateKey: Uint8Array;
    hybrid?: HybridKeyPair;
  };
}

/**
 * Opens a signed seal and returns its payload.
 *
 * `open_failed` unless purpose, context, sender and recipient are the ones sealed for and the sender's
 * signature verifies. The caller must have taken `sender.identityKey` from a manifest that the
 * sender's account key signed.
 */
export async function openSigned(input: OpenSignedInput): Promise<Uint8Array> {
  const { sender, recipient } = input;
  assertSealContext(input);
  assertBytes(input.ephemeralPublicKey, 'ephemeralPublicKey');
  assertBytes(input.ciphertext, 'ciphertext');
  assertBytes(sender.identityKey, 'sender.identityKey', 33);
  assertBytes(recipient.publicKey, 'recipient.publicKey', 32);
  assertBytes(recipient.privateKey, 'recipient.privateKey', 32);
  if (recipient.hybrid !== undefined) {
    assertBytes(recipient.hybrid.publicKey, 'recipient.hybrid.publicKey', 1_216);
    assertBytes(recipient.hybrid.privateKey, 'recipient.hybrid.privateKey', 32);
  }
  try {
    return await openChecked(input);
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}

async function openChecked(input: OpenSignedInput): Promise<Uint8Array> {
  const { sender, recipient } = input;
  const key = recipient.hybrid ?? recipient;
  // Version, purpose with its length, two ids, signature and tag come to the payload.
  const longest = 1 + 4 + input.purpose.length + 32 + signatureBytes + maxSealPayloadBytes + 16;
  if (input.ciphertext.length > longest) throw new CryptoError('open_failed');
  const plaintext = await openBase(recipient.hybrid ? kemXWing : kemX25519, {
    recipientPrivateKey: key.privateKey,
    recipientPublicKey: key.publicKey,
    enc: input.ephemeralPublicKey,
    info: sealInfo(input),
    aad: sealAad(sender, recipient, key.publicKey),
    ciphertext: input.ciphertext,
  });
  const reader = new ByteReader(plaintext);
  if (reader.number(1) !== sealVersion) throw new CryptoError('open_failed');
  const purpose = reader.take(reader.number(4));
  const [userId, deviceId] = partyFields(sender);
  const named =
    equalBytes(purpose, utf8(input.purpose)) &&
    equalBytes(reader.take(16), userId) &&
    equalBytes(reader.take(16), deviceId);
  if (!named) throw new CryptoError('open_failed');
  const signature = reader.take(signatureBytes);
  const payload = reader.rest();
  const fields = await sealSignatureFields({
    seal: input,
    sender,
    recipient,
    recipientKey: key.publicKey,
    payload,
  });
  const message = labelledMessage(sealSignatureLabel, fields);
  const verified = await verifyXEdDSA({ publicKey: sender.identityKey, message, signature });
  if (!verified) throw new CryptoError('open_failed');
  return payload;
}
