/**
 * The safety code for a camera: the fingerprints of both account keys, whose screen it is first. The
 * whole hash of each, as nobody has to read it.
 */
import { fromBase64Url, toBase64Url } from '../encoding/base64.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { isCryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { sha256 } from '../primitives/sha2.ts';

const prefix = 'sotto-safety-1.';

/** Two people and their account keys, 33 bytes each, as one of them knows them. */
export interface SafetyPair {
  ourUserId: string;
  ourAccountKey: Uint8Array;
  theirUserId: string;
  theirAccountKey: Uint8Array;
}

/**
 * What a scanned code says. `no_match`: of these two people, with another key. `other_person`: not shown
 * by them to us.
 */
export type SafetyQrOutcome = 'match' | 'no_match' | 'other_person' | 'malformed';

function fingerprint(userId: string, accountKey: Uint8Array): Promise<Uint8Array> {
  const fields = [uuidBytes(userId), parseIdentityPublicKey(accountKey)];
  return sha256(frame('sotto/v1/safety-qr', fields));
}

/** What our screen shows: `sotto-safety-1.` and 128 characters of base64url. */
export async function formatSafetyQr(pair: SafetyPair): Promise<string> {
  const bytes = concatBytes(
    uuidBytes(pair.ourUserId),
    await fingerprint(pair.ourUserId, pair.ourAccountKey),
    uuidBytes(pair.theirUserId),
    await fingerprint(pair.theirUserId, pair.theirAccountKey),
  );
  return prefix + toBase64Url(bytes);
}

/** Compares what a camera read from their screen with what we know; fingerprints in constant time. */
export async function compareSafetyQr(scanned: string, pair: SafetyPair): Promise<SafetyQrOutcome> {
  if (typeof scanned !== 'string') throw new TypeError('scanned: expected string');
  const read = readSafetyQr(scanned);
  if (!read) return 'malformed';
  const shownByThem =
    equalBytes(read.showing, uuidBytes(pair.theirUserId)) &&
    equalBytes(read.shownTo, uuidBytes(pair.ourUserId));
  if (!shownByThem) return 'other_person';
  const theirs = equalBytes(
    read.showingPrint,
    await fingerprint(pair.theirUserId, pair.theirAccountKey),
  );
  const ours = equalBytes(read.shownToPrint, await fingerprint(pair.ourUserId, pair.ourAccountKey));
  return theirs && ours ? 'match' : 'no_match';
}

function readSafetyQr(text: string) {
  if (!text.startsWith(prefix)) return undefined;
  try {
    const reader = new ByteReader(fromBase64Url(text.slice(prefix.length)));
    const read = {
      showing: reader.take(16),
      showingPrint: reader.take(32),
      shownTo: reader.take(16),
      shownToPrint: reader.take(32),
    };
    reader.end();
    return read;
  } catch (error) {
    if (isCryptoError(error, 'bad_encoding')) return undefined;
    throw error;
  }
}
