/**
 * Signed seals: HPKE with the sender's signature inside the encryption. HPKE's base mode alone says
 * nothing about who sealed, so a relay that knows a device's public key could seal its own secret.
 *
 * Plaintext inside HPKE: 0x01 ‖ be32(purpose length) ‖ purpose ‖ sender user 16 ‖ sender device 16 ‖
 * signature 64 ‖ payload.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { be32 } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { labelledMessage } from '../identity/labelled-message.ts';
import { xeddsaSigner, type XEdDSASigner } from '../identity/sign-xeddsa.ts';
import { turnstile } from '../primitives/give-way.ts';
import type { RandomSource } from '../primitives/random.ts';
import { parseHybridPublicKey } from './hybrid-public-key.ts';
import { sealBase } from './hpke-base.ts';
import { kemX25519, kemXWing, type HpkeKem } from './hpke-kem.ts';
import { parseSealingPublicKey } from './sealing-public-key.ts';
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

/** Longest payload of a seal, in bytes; larger things travel under a key that is sealed. */
export const maxSealPayloadBytes = 65_536;

/** First byte inside a signed seal. */
export const sealVersion = 1;

/** The sealing device. */
export interface SealSender extends SealParty {
  /** Seed of the device's identity key, 32 bytes. */
  identitySeed: Uint8Array;
}

/** A device to seal to, with the keys that its certified manifest lists. */
export interface SealRecipient extends SealParty {
  /** Sealing key, 32 bytes. */
  publicKey: Uint8Array;
  /** Hybrid key, 1,216 bytes, if the manifest lists one: the seal is then made to it, never without. */
  hybridKey?: Uint8Array;
}

/** A signed seal as it travels. */
export interface SignedSeal {
  /** HPKE's encapsulated key: 32 bytes, or 1,120 for a recipient with a hybrid key. */
  ephemeralPublicKey: Uint8Array;
  ciphertext: Uint8Array;
}

/** One outcome of {@link sealMany}, in the order of the recipients. */
export type SealOutcome =
  | { recipient: SealRecipient; sealed: SignedSeal }
  | { recipient: SealRecipient; error: CryptoError };

interface SealInput extends SealContext {
  payload: Uint8Array;
  sender: SealSender;
  random?: RandomSource;
}

/**
 * Seals under way at once in WebCrypto. Each begins in a macrotask of its own: on noble alone it is one
 * run of microtasks, and 1,000 of them together would hold the thread for seconds.
 */
const concurrentSeals = 16;

function assertInput(input: SealInput): void {
  assertBytes(input.payload, 'payload');
  if (input.payload.length > maxSealPayloadBytes) throw new CryptoError('too_large');
  assertSealContext(input);
  partyFields(input.sender);
}

/** [Note: No downgrade] The recipient's manifest alone chooses the suite; nothing on the wire does. */
function suiteFor({ publicKey, hybridKey }: SealRecipient): [HpkeKem, Uint8Array] {
  const sealingKey = parseSealingPublicKey(publicKey);
  if (hybridKey === undefined) return [kemX25519, sealingKey];
  return [kemXWing, parseHybridPublicKey(hybridKey)];
}

async function sealTo(
  recipient: SealRecipient,
  input: SealInput,
  sign: XEdDSASigner,
): Promise<SignedSeal> {
  const { payload, sender } = input;
  const [kem, recipientKey] = suiteFor(recipient);
  const binding = { seal: input, sender, recipient, recipientKey, payload };
  const message = labelledMessage(sealSignatureLabel, await sealSignatureFields(binding));
  const signature = await sign(message, input.random);
  const purpose = utf8(input.purpose);
  const plaintext = concatBytes(
    Uint8Array.of(sealVersion),
    be32(purpose.length),
    purpose,
    ...partyFields(sender),
    signature,
    payload,
  );
  const { enc, ciphertext } = await sealBase(kem, {
    recipientPublicKey: recipientKey,
    info: sealInfo(input),
    aad: sealAad(sender, recipient, recipientKey),
    plaintext,
    random: input.random,
  });
  return { ephemeralPublicKey: enc, ciphertext };
}

/**
 * Seals a payload (up to 64 KiB) to one device, signed by the sender's device: with suite 2 if the
 * recipient has a hybrid key, else with suite 1.
 *
 * Throws `bad_key` for a refused recipient key, `too_large` above the limit.
 */
export async function sealSigned(
  input: SealInput & { recipient: SealRecipient },
): Promise<SignedSeal> {
  assertInput(input);
  return sealTo(input.recipient, input, await xeddsaSigner(input.sender.identitySeed));
}

/**
 * Seals a payload to many devices, each with its own ephemeral key and signature.
 *
 * A recipient with a refused key or id gets an `error`; the others are sealed all the same. Mistakes in
 * the shared arguments throw as in {@link sealSigned}.
 */
export async function sealMany(
  input: SealInput & { recipients: readonly SealRecipient[] },
): Promise<SealOutcome[]> {
  assertInput(input);
  const sign = await xeddsaSigner(input.sender.identitySeed);
  const outcomes: SealOutcome[] = [];
  const ourTurn = turnstile();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < input.recipients.length; index = next++) {
      const recipient = input.recipients[index];
      if (!recipient) continue;
      await ourTurn();
      try {
        outcomes[index] = { recipient, sealed: await sealTo(recipient, input, sign) };
      } catch (cause) {
        const error = isCryptoError(cause)
          ? cause
          : new CryptoError('bad_key', undefined, { cause });
        outcomes[index] = { recipient, error };
      }
    }
  };
  await Promise.all(Array.from({ length: concurrentSeals }, work));
  return outcomes;
}
