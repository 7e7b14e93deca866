/**
 * Safety codes: Signal's numeric fingerprints, version 0, 5,200 iterations of SHA-512 for each side.
 * The account key is the key; the 16 bytes of the user id are the stable identifier.
 */
import { assertBytes, concatBytes } from '../encoding/bytes.ts';
import { be16, readBigEndian } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { giveWay } from '../primitives/give-way.ts';
import { sha512Short } from '../primitives/sha2.ts';

const iterations = 5_200;
/** Iterations between two gifts of the thread: some 3 ms, ten times that before the engine has warmed up. */
const iterationsInOneSlice = 400;
const fingerprintVersion = 0;

/** 30 digits for one side: an identifier of any length and its 33-byte key. */
export async function numericFingerprint(
  identifier: Uint8Array,
  publicKey: Uint8Array,
): Promise<string> {
  assertBytes(identifier, 'identifier');
  assertBytes(publicKey, 'publicKey', 33);
  let hash = concatBytes(be16(fingerprintVersion), publicKey, identifier);
  for (let i = 0; i < iterations; i++) {
    if (i % iterationsInOneSlice === 0) await giveWay();
    hash = sha512Short(concatBytes(hash, publicKey));
  }
  let digits = '';
  for (let offset = 0; offset < 30; offset += 5) {
    const chunk = readBigEndian(hash.subarray(offset, offset + 5));
    digits += String(chunk % 100_000).padStart(5, '0');
  }
  return digits;
}

/**
 * The 60 digits that two people compare; both sides compute the same.
 *
 * Throws `bad_key` for a refused account key and `bad_encoding` for an id that is no canonical UUID.
 */
export async function safetyCode(input: {
  ourUserId: string;
  ourAccountKey: Uint8Array;
  theirUserId: string;
  theirAccountKey: Uint8Array;
}): Promise<string> {
  const ours = await numericFingerprint(
    uuidBytes(input.ourUserId),
    parseIdentityPublicKey(input.ourAccountKey),
  );
  const theirs = await numericFingerprint(
    uuidBytes(input.theirUserId),
    parseIdentityPublicKey(input.theirAccountKey),
  );
  return ours < theirs ? ours + theirs : theirs + ours;
}
