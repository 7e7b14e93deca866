/**
 * PreKeySignalMessage: version ‖ proto{1 one-time prekey id?, 2 base key 33, 3 identity key 33, 4 message,
 * 5 registration id, 6 signed prekey id, 7 KEM prekey id, 8 KEM ciphertext 1,569}. It has no MAC of its own:
 * the message inside is authenticated under keys that depend on all the rest but the ids.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { kyber1024WireBytes } from '../kem/kyber-1024.ts';
import { sha256 } from '../primitives/sha2.ts';
import { ProtoReader } from '../protobuf/proto-reader.ts';
import { ProtoWriter } from '../protobuf/proto-writer.ts';
import { maxSerializedBytes, messageVersion } from './signal-message.ts';

/** The fields of a first message. */
export interface PreKeySignalMessage {
  preKeyId: number | undefined;
  baseKey: Uint8Array;
  identityKey: Uint8Array;
  /** A serialized SignalMessage. */
  message: Uint8Array;
  registrationId: number;
  signedPreKeyId: number;
  kyberPreKeyId: number;
  kyberCiphertext: Uint8Array;
}

/** The serialized message. */
export function serializePreKeySignalMessage(content: PreKeySignalMessage): Uint8Array {
  const proto = new ProtoWriter()
    .uint(1, content.preKeyId)
    .bytes(2, content.baseKey)
    .bytes(3, content.identityKey)
    .bytes(4, content.message)
    .uint(5, content.registrationId)
    .uint(6, content.signedPreKeyId)
    .uint(7, content.kyberPreKeyId)
    .bytes(8, content.kyberCiphertext)
    .finish();
  return concatBytes(Uint8Array.of(messageVersion), proto);
}

/** SHA-256 of everything but the message inside: what stays the same in all first messages of a session. */
export function handshakeHash(content: PreKeySignalMessage): Promise<Uint8Array> {
  return sha256(serializePreKeySignalMessage({ ...content, message: new Uint8Array(0) }));
}

/** Parses a first message; `bad_encoding` for version 3, for missing fields and for wrong lengths. */
export function parsePreKeySignalMessage(bytes: Uint8Array): PreKeySignalMessage {
  assertBytes(bytes, 'bytes');
  if (bytes.length > maxSerializedBytes) throw new CryptoError('too_large');
  if (bytes[0] !== messageVersion) throw new CryptoError('bad_encoding', 'unknown version');
  const proto = new ProtoReader(bytes.subarray(1));
  return {
    preKeyId: proto.uint(1),
    baseKey: proto.requiredBytes(2, 33),
    identityKey: proto.requiredBytes(3, 33),
    message: proto.requiredBytes(4),
    registrationId: proto.requiredUint(5),
    signedPreKeyId: proto.requiredUint(6),
    kyberPreKeyId: proto.requiredUint(7),
    kyberCiphertext: proto.requiredBytes(8, kyber1024WireBytes),
  };
}
