import { openBox, sealBox, type BoxBinding } from '../committed-aead/committed-box.ts';
import { assertBytes } from '../encoding/bytes.ts';
import { assertFields } from '../encoding/frame.ts';
import { padmePad, padmeUnpad } from '../encoding/padme.ts';
import { CryptoError } from '../errors.ts';
import type { RandomSource } from '../primitives/random.ts';

/** Longest record in bytes, 16 MiB: a full session record fits, and copying it stays below 50 ms. */
export const maxRecordBytes = 16_777_216;

/** The key of a store and the ids that place a record in it. */
export interface RecordBinding {
  /** 32 bytes. */
  key: Uint8Array;
  /** For example the table's name and the record's id. */
  context: readonly Uint8Array[];
}

function bindingOf({ key, context }: RecordBinding): BoxBinding {
  assertBytes(key, 'key', 32);
  assertFields(context, 'context');
  return { key, label: 'sotto/v1/record', fields: context };
}

/** Encrypts a record for storage at rest, Padmé-padded; `too_large` above 16 MiB. */
export async function encryptRecord(
  input: RecordBinding & { plaintext: Uint8Array; random?: RandomSource },
): Promise<Uint8Array> {
  const binding = bindingOf(input);
  assertBytes(input.plaintext, 'plaintext');
  if (input.plaintext.length > maxRecordBytes) throw new CryptoError('too_large');
  return sealBox(binding, padmePad(input.plaintext), input.random);
}

/** The record; `open_failed` for another key or context, or any changed byte. */
export async function decryptRecord(
  input: RecordBinding & { ciphertext: Uint8Array },
): Promise<Uint8Array> {
  assertBytes(input.ciphertext, 'ciphertext');
  const padded = await openBox(bindingOf(input), input.ciphertext);
  try {
    return padmeUnpad(padded);
  } catch {
    throw new CryptoError('open_failed');
  }
}
