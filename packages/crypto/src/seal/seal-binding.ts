/**
 * The strings that tie a signed seal to its place (`docs/encryption.md`, signed seals). Sealing and
 * opening build them from their own arguments, so a seal moved to another purpose, context, person or
 * device does not open.
 */
import { assertFields, assertLabel, frame } from '../encoding/frame.ts';
import { utf8 } from '../encoding/text.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { assertBytes } from '../encoding/bytes.ts';
import { sha256 } from '../primitives/sha2.ts';

/** What a seal is for: a purpose label and the ids that place it. */
export interface SealContext {
  /** 1 to 255 printable ASCII characters, for example `chat-epoch-key`. */
  purpose: string;
  /** Byte fields, each length-prefixed: ids, epochs, key ids. */
  context: readonly Uint8Array[];
}

/** A device of a user; both ids are canonical UUIDs. */
export interface SealParty {
  userId: string;
  deviceId: string;
}

/** Label of the signature inside a seal. */
export const sealSignatureLabel = 'signed-seal';

/** Refuses a malformed purpose or context as a programmer's mistake. */
export function assertSealContext({ purpose, context }: SealContext): void {
  assertLabel(purpose, 'purpose');
  assertFields(context, 'context');
}

/** HPKE `info`: purpose and context. */
export function sealInfo({ purpose, context }: SealContext): Uint8Array {
  return frame('sotto/v1/seal-info', [utf8(purpose), ...context]);
}

/** HPKE `aad`: who seals to whom. */
export function sealAad(
  sender: SealParty,
  recipient: SealParty,
  recipientKey: Uint8Array,
): Uint8Array {
  return frame('sotto/v1/seal-aad', [
    ...partyFields(sender),
    ...partyFields(recipient),
    recipientKey,
  ]);
}

/** The fields that the sender's device signs. */
export async function sealSignatureFields(input: {
  seal: SealContext;
  sender: SealParty;
  recipient: SealParty;
  recipientKey: Uint8Array;
  payload: Uint8Array;
}): Promise<Uint8Array[]> {
  assertBytes(input.payload, 'payload');
  return [
    utf8(input.seal.purpose),
    frame('sotto/v1/seal-context', input.seal.context),
    ...partyFields(input.sender),
    ...partyFields(input.recipient),
    input.recipientKey,
    await sha256(input.payload),
  ];
}

/** The 16-byte user id and the 16-byte device id. */
export function partyFields({ userId, deviceId }: SealParty): [Uint8Array, Uint8Array] {
  return [uuidBytes(userId), uuidBytes(deviceId)];
}
