/**
 * The QR code of a device link. It carries the commitment to the camera past the relay, so that the
 * holding device knows whose key it lets in, and a secret under which that device tags its answer.
 */
import { fromBase64Url, toBase64Url } from '../encoding/base64.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes, uuidFromBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { hmacSha256 } from '../primitives/hmac.ts';
import { answerFields, type DeviceLinkAnswer } from './device-link.ts';

const prefix = 'sotto-link-1.';

/** What the QR code of a device link carries. */
export interface DeviceLinkCode {
  linkId: string;
  /** 32 bytes. */
  commitment: Uint8Array;
  /** 32 random bytes that no relay is sent. */
  secret: Uint8Array;
}

/** The text of the QR code: `sotto-link-1.` and 107 characters of base64url. */
export function formatDeviceLinkCode({ linkId, commitment, secret }: DeviceLinkCode): string {
  assertBytes(commitment, 'commitment', 32);
  assertBytes(secret, 'secret', 32);
  return prefix + toBase64Url(concatBytes(uuidBytes(linkId), commitment, secret));
}

/** Reads the text of a QR code; `bad_encoding` for anything but the one spelling. */
export function parseDeviceLinkCode(text: string): DeviceLinkCode {
  if (typeof text !== 'string') throw new TypeError(`text: expected string, got ${typeof text}`);
  if (!text.startsWith(prefix)) throw new CryptoError('bad_encoding', 'not a device link');
  const reader = new ByteReader(fromBase64Url(text.slice(prefix.length)));
  const code = {
    linkId: uuidFromBytes(reader.take(16)),
    commitment: reader.take(32),
    secret: reader.take(32),
  };
  reader.end();
  return code;
}

/** What a tag binds: one link of one account, and who answers it. */
export interface DeviceLinkTagBinding {
  userId: string;
  linkId: string;
  commitment: Uint8Array;
  answer: DeviceLinkAnswer;
}

/** Proves that who answers has read the QR code: HMAC-SHA-256, 32 bytes, under a key from its secret. */
export async function tagDeviceLinkAnswer(
  secret: Uint8Array,
  { userId, linkId, commitment, answer }: DeviceLinkTagBinding,
): Promise<Uint8Array> {
  assertBytes(secret, 'secret', 32);
  assertBytes(commitment, 'commitment', 32);
  const place = [uuidBytes(userId), uuidBytes(linkId)];
  const info = frame('sotto/v1/device-link-tag-key', place);
  const key = await hkdfSha256({ ikm: secret, salt: new Uint8Array(0), info, length: 32 });
  const fields = [...place, commitment, ...answerFields(answer)];
  return hmacSha256(key, frame('sotto/v1/device-link-tag', fields));
}

/** Whether a tag was made with this secret for exactly this answer; compared in constant time. */
export async function verifyDeviceLinkTag(
  secret: Uint8Array,
  binding: DeviceLinkTagBinding,
  tag: Uint8Array,
): Promise<boolean> {
  assertBytes(tag, 'tag');
  return equalBytes(await tagDeviceLinkAnswer(secret, binding), tag);
}
