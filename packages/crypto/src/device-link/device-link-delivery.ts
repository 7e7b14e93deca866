/**
 * What lets the new device in: a signed seal to the revealed key, bound to the transcript. The new
 * device has no id yet; the link's id stands for it.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { be64 } from '../encoding/integers.ts';
import { CryptoError } from '../errors.ts';
import { identityKeyPairFromSeed } from '../identity/identity-key-pair.ts';
import type { RandomSource } from '../primitives/random.ts';
import { openSigned } from '../seal/open-signed.ts';
import { sealSigned, type SignedSeal } from '../seal/seal-signed.ts';
import { agreeOnDeviceLink, type DeviceLinkTranscript } from './device-link.ts';

const purpose = 'device-link';
const contentsVersion = 1;

/** The vault key, and what the new device must find at the relay at least. */
export interface DeviceLinkDelivery {
  /** 32 secret bytes. */
  vaultKey: Uint8Array;
  vaultVersion: number;
  manifestVersion: number;
  /** 32 bytes. */
  manifestHash: Uint8Array;
}

/**
 * Seals a delivery to the key that the request reveals. `open_failed` when the commitment does not open
 * to it: nothing is sealed to a key that was not compared.
 */
export async function sealDeviceLinkDelivery(input: {
  transcript: DeviceLinkTranscript;
  /** Seed of the answering device's identity key, 32 bytes. */
  identitySeed: Uint8Array;
  delivery: DeviceLinkDelivery;
  random?: RandomSource;
}): Promise<SignedSeal> {
  const { transcript, identitySeed, delivery, random } = input;
  const { request, answer } = transcript;
  assertBytes(delivery.vaultKey, 'vaultKey', 32);
  assertBytes(delivery.manifestHash, 'manifestHash', 32);
  const { transcriptHash } = await agreeOnDeviceLink(transcript);
  const { publicKey: identityKey } = await identityKeyPairFromSeed(identitySeed);
  if (!equalBytes(identityKey, answer.identityKey)) {
    throw new RangeError('identitySeed: expected the seed of the answering identity key');
  }
  const seal = {
    purpose,
    context: [transcriptHash],
    sender: { userId: request.userId, deviceId: answer.deviceId, identitySeed },
    recipient: {
      userId: request.userId,
      deviceId: request.linkId,
      publicKey: request.publicKey,
    },
    payload: concatBytes(
      Uint8Array.of(contentsVersion),
      delivery.vaultKey,
      be64(delivery.vaultVersion),
      be64(delivery.manifestVersion),
      delivery.manifestHash,
    ),
  };
  return sealSigned(random ? { ...seal, random } : seal);
}

/**
 * Opens a delivery with the private half of the revealed key, 32 bytes. `open_failed` unless it was
 * sealed under exactly this transcript by the identity key in its answer.
 */
export async function openDeviceLinkDelivery(
  input: SignedSeal & { transcript: DeviceLinkTranscript; privateKey: Uint8Array },
): Promise<DeviceLinkDelivery> {
  const { transcript, privateKey, ephemeralPublicKey, ciphertext } = input;
  const { request, answer } = transcript;
  const { transcriptHash } = await agreeOnDeviceLink(transcript);
  const payload = await openSigned({
    ephemeralPublicKey,
    ciphertext,
    purpose,
    context: [transcriptHash],
    sender: {
      userId: request.userId,
      deviceId: answer.deviceId,
      identityKey: answer.identityKey,
    },
    recipient: {
      userId: request.userId,
      deviceId: request.linkId,
      publicKey: request.publicKey,
      privateKey,
    },
  });
  const reader = new ByteReader(payload);
  if (reader.number(1) !== contentsVersion) throw new CryptoError('open_failed');
  const delivery = {
    vaultKey: reader.take(32),
    vaultVersion: reader.number(8),
    manifestVersion: reader.number(8),
    manifestHash: reader.take(32),
  };
  reader.end();
  return delivery;
}
