/** Header of messages and receipts: version 1 ‖ commitment 32 ‖ counter 8 ‖ nonce 12. */
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes } from '../encoding/bytes.ts';
import { commitmentBytes } from '../committed-aead/committed-key.ts';
import { CryptoError } from '../errors.ts';
import { gcmNonceBytes, gcmTagBytes } from '../primitives/aes-gcm.ts';
import { keyIdBytes } from './epoch-key.ts';

/** The only message version there is. */
export const messageVersion = 1;

/** Bytes before the ciphertext. */
export const messageHeaderBytes = 1 + commitmentBytes + 8 + gcmNonceBytes;

/** What a ciphertext says in the clear; authenticated only by opening it. */
export interface MessageHeader {
  version: number;
  /** 16 bytes: which epoch key opens this. */
  keyId: Uint8Array;
  /** 32 bytes, beginning with the key id. */
  commitment: Uint8Array;
  counter: number;
  nonce: Uint8Array;
}

/** Reads the header of a message or receipt; `bad_encoding` for other versions and short input. */
export function parseMessageHeader(ciphertext: Uint8Array): MessageHeader {
  assertBytes(ciphertext, 'ciphertext');
  const reader = new ByteReader(ciphertext.subarray(0, messageHeaderBytes));
  const version = reader.number(1);
  if (version !== messageVersion) throw new CryptoError('bad_encoding', 'unknown message version');
  const commitment = reader.take(commitmentBytes);
  const counter = reader.number(8);
  const nonce = reader.take(gcmNonceBytes);
  if (ciphertext.length < messageHeaderBytes + gcmTagBytes) {
    throw new CryptoError('bad_encoding', 'too short');
  }
  return { version, keyId: commitment.slice(0, keyIdBytes), commitment, counter, nonce };
}
