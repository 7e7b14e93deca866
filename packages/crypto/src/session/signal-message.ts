/**
 * SignalMessage: version ‖ proto{1 ratchet key 33, 2 counter, 3 previous counter, 4 ciphertext,
 * 5 post-quantum ratchet, 6 addresses} ‖ MAC[8]. The MAC covers both identity keys and the raw bytes before it.
 */
import { assertBytes, concatBytes, copyBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { hmacSha256 } from '../primitives/hmac.ts';
import { ProtoReader } from '../protobuf/proto-reader.ts';
import { ProtoWriter } from '../protobuf/proto-writer.ts';

/** Message version 4 in both halves of the byte: spoken, and newest known. */
export const messageVersion = 0x44;

/** The longest plaintext of a session message, 1 MiB. */
export const maxSessionMessageBytes = 1_048_576;

/** The longest serialized message: plaintext, padding, and all fields around it. */
export const maxSerializedBytes = maxSessionMessageBytes + 8_192;

const macBytes = 8;

/** A parsed message; nothing in it is to be believed before the MAC is checked. */
export interface SignalMessage {
  ratchetKey: Uint8Array;
  counter: number;
  previousCounter: number;
  ciphertext: Uint8Array;
  pqRatchet: Uint8Array | undefined;
  addresses: Uint8Array | undefined;
  /** Version byte and proto, as they came. */
  authenticated: Uint8Array;
  mac: Uint8Array;
}

/** Whose message it is: both identity keys, 33 bytes each. */
export interface MacParties {
  sender: Uint8Array;
  receiver: Uint8Array;
}

async function computeMac(
  macKey: Uint8Array,
  parties: MacParties,
  authenticated: Uint8Array,
): Promise<Uint8Array> {
  const input = concatBytes(parties.sender, parties.receiver, authenticated);
  return (await hmacSha256(macKey, input)).slice(0, macBytes);
}

/** The serialized message. */
export async function serializeSignalMessage(
  content: Omit<SignalMessage, 'authenticated' | 'mac'>,
  macKey: Uint8Array,
  parties: MacParties,
): Promise<Uint8Array> {
  const proto = new ProtoWriter()
    .bytes(1, content.ratchetKey)
    .uint(2, content.counter)
    .uint(3, content.previousCounter)
    .bytes(4, content.ciphertext)
    .bytes(5, content.pqRatchet)
    .bytes(6, content.addresses)
    .finish();
  const authenticated = concatBytes(Uint8Array.of(messageVersion), proto);
  return concatBytes(authenticated, await computeMac(macKey, parties, authenticated));
}

/** Parses a message without believing it; `bad_encoding` for other versions, missing fields, wrong lengths. */
export function parseSignalMessage(bytes: Uint8Array): SignalMessage {
  assertBytes(bytes, 'bytes');
  if (bytes.length > maxSerializedBytes) throw new CryptoError('too_large');
  if (bytes.length < 1 + macBytes) throw new CryptoError('bad_encoding', 'too short');
  if (bytes[0] !== messageVersion) throw new CryptoError('bad_encoding', 'unknown version');
  const authenticated = copyBytes(bytes, 0, bytes.length - macBytes);
  const proto = new ProtoReader(authenticated.subarray(1));
  return {
    ratchetKey: proto.requiredBytes(1, 33),
    counter: proto.requiredUint(2),
    previousCounter: proto.uint(3) ?? 0,
    ciphertext: proto.requiredBytes(4),
    pqRatchet: proto.bytes(5),
    addresses: proto.bytes(6, 36),
    authenticated,
    mac: copyBytes(bytes, bytes.length - macBytes),
  };
}

/** Whether the MAC is that of these parties under this key. */
export async function macMatches(
  message: SignalMessage,
  macKey: Uint8Array,
  parties: MacParties,
): Promise<boolean> {
  return equalBytes(await computeMac(macKey, parties, message.authenticated), message.mac);
}
