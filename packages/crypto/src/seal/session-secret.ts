/**
 * The secret of a coding session, sealed to each device that may follow the session: a signed seal with
 * a fixed purpose whose context is the session's id.
 */
import { assertBytes } from '../encoding/bytes.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import type { RandomSource } from '../primitives/random.ts';
import type { HybridKeyPair } from './hybrid-key-pair.ts';
import { openSigned } from './open-signed.ts';
import type { SealContext, SealParty } from './seal-binding.ts';
import {
  sealMany,
  sealSigned,
  type SealRecipient,
  type SealSender,
  type SignedSeal,
} from './seal-signed.ts';
import { sealingKeyPairFromPrivateKey } from './sealing-key-pair.ts';

const purpose = 'coding-session-secret';

/** Bytes of a session secret. */
const secretBytes = 32;

/** A session secret as it travels to one device. */
export interface SealedSessionSecret {
  /** 32 bytes, or 1,120 for a device with a hybrid key. */
  ephemeralPublicKey: Uint8Array;
  encryptedSecret: Uint8Array;
}

/** One outcome of {@link sealSessionSecretToMany}, in the order of the recipients. */
export type SessionSecretOutcome =
  | { recipient: SealRecipient; sealed: SealedSessionSecret }
  | { recipient: SealRecipient; error: CryptoError };

interface SessionSecretInput {
  /** Canonical UUID. */
  sessionId: string;
  /** 32 bytes. */
  sessionSecret: Uint8Array;
  sender: SealSender;
  random?: RandomSource;
}

function placeOf(sessionId: string): SealContext {
  return { purpose, context: [uuidBytes(sessionId)] };
}

function sealInput({ sessionId, sessionSecret, sender, random }: SessionSecretInput) {
  assertBytes(sessionSecret, 'sessionSecret', secretBytes);
  const shared = { ...placeOf(sessionId), payload: sessionSecret, sender };
  return random ? { ...shared, random } : shared;
}

function asSecret({ ephemeralPublicKey, ciphertext }: SignedSeal): SealedSessionSecret {
  return { ephemeralPublicKey, encryptedSecret: ciphertext };
}

/**
 * Seals a coding session's secret (32 bytes) to one device, signed by the sender's device.
 *
 * `bad_key` for a refused recipient key, `bad_encoding` for an id that is no canonical UUID.
 */
export async function sealSessionSecret(
  input: SessionSecretInput & { recipient: SealRecipient },
): Promise<SealedSessionSecret> {
  return asSecret(await sealSigned({ ...sealInput(input), recipient: input.recipient }));
}

/** The same to many devices: a refused recipient gets an `error`, the others are sealed all the same. */
export async function sealSessionSecretToMany(
  input: SessionSecretInput & { recipients: readonly SealRecipient[] },
): Promise<SessionSecretOutcome[]> {
  const outcomes = await sealMany({ ...sealInput(input), recipients: input.recipients });
  return outcomes.map((outcome) =>
    'error' in outcome ? outcome : { ...outcome, sealed: asSecret(outcome.sealed) },
  );
}

/**
 * Opens a coding session's secret and returns its 32 bytes.
 *
 * `open_failed` unless session, sender and recipient are the ones sealed for and the sender's signature
 * verifies. The caller takes `sender.identityKey` from a manifest that the sender's account key signed.
 */
export async function decryptSessionSecret(
  input: SealedSessionSecret & {
    sessionId: string;
    /** The opening device's sealing key, 32 bytes. */
    devicePrivateKey: Uint8Array;
    /** Its hybrid key, if the manifest for which the seal was made lists one. */
    hybrid?: HybridKeyPair;
    sender: SealParty & { identityKey: Uint8Array };
    recipient: SealParty;
  },
): Promise<Uint8Array> {
  const { sessionId, ephemeralPublicKey, encryptedSecret, sender, hybrid } = input;
  const { userId, deviceId } = input.recipient;
  assertBytes(encryptedSecret, 'encryptedSecret');
  assertBytes(input.devicePrivateKey, 'devicePrivateKey', 32);
  const { publicKey, privateKey } = await sealingKeyPairFromPrivateKey(input.devicePrivateKey);
  const keys = { userId, deviceId, publicKey, privateKey };
  const secret = await openSigned({
    ...placeOf(sessionId),
    ephemeralPublicKey,
    ciphertext: encryptedSecret,
    sender,
    recipient: hybrid === undefined ? keys : { ...keys, hybrid },
  });
  if (secret.length !== secretBytes) throw new CryptoError('open_failed');
  return secret;
}
