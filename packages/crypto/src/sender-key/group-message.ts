/**
 * What Sotto puts inside a group message, so that a relay cannot show it in another place:
 * 0x01 ‖ group 16 ‖ epoch hash 32 ‖ sender user 16 ‖ sender device 16 ‖ message id 16 ‖ padded content.
 */
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { padmePad, padmeUnpad } from '../encoding/padme.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import type { RandomSource } from '../primitives/random.ts';
import { decryptSenderKeyMessage, type KeepContent } from './decrypt-sender-key-message.ts';
import { GroupCipher } from './group-cipher.ts';
import { SenderKeyName } from './sender-key-name.ts';
import type { SenderKeyStore } from './sender-key-store.ts';

/** Longest content of a group message, in bytes. */
export const maxGroupMessageBytes = 983_040;

const contentVersion = 1;

/** Where a message belongs: everything the envelope around it says. */
export interface GroupMessagePlace {
  groupId: string;
  /** Hash of the membership epoch that it was made under, 32 bytes. */
  epochHash: Uint8Array;
  sender: {
    userId: string;
    deviceId: string;
    /** 1 to 127, from the sender's certified manifest. */
    deviceNumber: number;
  };
  messageId: string;
}

/** The name under which the sender's keys are kept. */
export function senderKeyNameOf(place: GroupMessagePlace): SenderKeyName {
  const { userId, deviceNumber } = place.sender;
  return new SenderKeyName(place.groupId, { name: userId, deviceId: deviceNumber });
}

function binding(place: GroupMessagePlace): Uint8Array {
  assertBytes(place.epochHash, 'epochHash', 32);
  return concatBytes(
    Uint8Array.of(contentVersion),
    uuidBytes(place.groupId),
    place.epochHash,
    uuidBytes(place.sender.userId),
    uuidBytes(place.sender.deviceId),
    uuidBytes(place.messageId),
  );
}

/** The same for a place that came with a message: a malformed one is a refusal like any other. */
function expectedBinding(place: GroupMessagePlace): Uint8Array {
  assertBytes(place.epochHash, 'epochHash');
  if (place.epochHash.length !== 32) throw new CryptoError('open_failed');
  try {
    return binding(place);
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}

/** Encrypts content, up to 983,040 bytes, for a group with our own sender key. */
export async function encryptGroupMessage(input: {
  store: SenderKeyStore;
  place: GroupMessagePlace;
  plaintext: Uint8Array;
  random?: RandomSource;
}): Promise<Uint8Array> {
  const { store, place, plaintext, random } = input;
  assertBytes(plaintext, 'plaintext');
  if (plaintext.length > maxGroupMessageBytes) throw new CryptoError('too_large');
  const content = concatBytes(binding(place), padmePad(plaintext));
  return new GroupCipher(store, senderKeyNameOf(place), random).encrypt(content);
}

/**
 * Decrypts content and checks that group, epoch, sender and message id inside are those outside.
 *
 * `open_failed` for every refusal; the sender's key for that message then stays unused. The caller
 * must know that the epoch is one it may accept from this sender.
 */
export async function decryptGroupMessage(input: {
  store: SenderKeyStore;
  place: GroupMessagePlace;
  message: Uint8Array;
  /** Runs before the key is used up; see `GroupCipher.decrypt`. */
  keep?: KeepContent<Uint8Array>;
}): Promise<Uint8Array> {
  const { store, place, message, keep } = input;
  assertBytes(message, 'message');
  const expected = expectedBinding(place);
  const read = (plaintext: Uint8Array): Uint8Array => {
    const reader = new ByteReader(plaintext);
    if (!equalBytes(reader.take(expected.length), expected)) throw new CryptoError('open_failed');
    return padmeUnpad(reader.rest());
  };
  return decryptSenderKeyMessage({ store, name: senderKeyNameOf(place), message, read, keep });
}
