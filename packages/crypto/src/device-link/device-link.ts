/**
 * Letting a device into an account over a relay that nobody believes (`docs/encryption.md`, device
 * links). The asking side commits to its key and nonce before it sees the other's nonce, and opens the
 * commitment only after the answer: whoever stands between has to choose blindly on one of the sides.
 */
import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { frame } from '../encoding/frame.ts';
import { readBigEndian } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { hkdfSha256 } from '../primitives/hkdf.ts';
import { sha256 } from '../primitives/sha2.ts';
import { parseSealingPublicKey } from '../seal/sealing-public-key.ts';

/** What the asking side commits to, and reveals after the answer. */
export interface DeviceLinkRequest {
  /** The account's user id. */
  userId: string;
  /** A canonical UUID, never used twice. */
  linkId: string;
  /** X25519 key of this link alone, 32 bytes. */
  publicKey: Uint8Array;
  /** 32 random bytes. */
  nonce: Uint8Array;
  /** As the other screen shows it. */
  deviceName: string;
  deviceType: string;
}

/** What the device that lets another one in says of itself. */
export interface DeviceLinkAnswer {
  deviceId: string;
  /** Of the answering device, 33 bytes. */
  identityKey: Uint8Array;
  /** Of the account, 33 bytes. */
  accountKey: Uint8Array;
  /** 32 random bytes, drawn after the commitment was seen. */
  nonce: Uint8Array;
}

/** Everything both sides have said to each other. */
export interface DeviceLinkTranscript {
  commitment: Uint8Array;
  request: DeviceLinkRequest;
  answer: DeviceLinkAnswer;
}

/** What both sides have in common when nobody stood between them. */
export interface DeviceLinkAgreement {
  /** 32 bytes over the whole transcript; the delivery is bound to it. */
  transcriptHash: Uint8Array;
  /** Six digits for people to compare. */
  code: string;
}

const codeDigits = 6;
/** 48 bits for a million codes: none is likelier than another by more than 2^-28 of itself. */
const codeBytes = 6;

/** The 32-byte commitment of a request; `bad_key` for a refused key, `bad_encoding` for a refused id. */
export async function commitDeviceLink(request: DeviceLinkRequest): Promise<Uint8Array> {
  assertBytes(request.nonce, 'nonce', 32);
  const fields = [
    uuidBytes(request.userId),
    uuidBytes(request.linkId),
    parseSealingPublicKey(request.publicKey),
    request.nonce,
    utf8(request.deviceName),
    utf8(request.deviceType),
  ];
  return sha256(frame('sotto/v1/device-link-commitment', fields));
}

/** The fields of an answer, in the order in which the tag and the transcript take them. */
export function answerFields(answer: DeviceLinkAnswer): Uint8Array[] {
  assertBytes(answer.nonce, 'nonce', 32);
  return [
    uuidBytes(answer.deviceId),
    parseIdentityPublicKey(answer.identityKey),
    parseIdentityPublicKey(answer.accountKey),
    answer.nonce,
  ];
}

/**
 * What both sides compute once the commitment is open: `open_failed` unless it opens to exactly this
 * request. `bad_key` and `bad_encoding` for malformed parts come first.
 */
export async function agreeOnDeviceLink(
  transcript: DeviceLinkTranscript,
): Promise<DeviceLinkAgreement> {
  const { commitment, request, answer } = transcript;
  assertBytes(commitment, 'commitment', 32);
  const answered = answerFields(answer);
  if (!equalBytes(await commitDeviceLink(request), commitment)) {
    throw new CryptoError('open_failed');
  }
  const fields = [
    uuidBytes(request.userId),
    uuidBytes(request.linkId),
    commitment,
    ...answered,
    request.publicKey,
    request.nonce,
    utf8(request.deviceName),
    utf8(request.deviceType),
  ];
  const transcriptHash = await sha256(frame('sotto/v1/device-link-transcript', fields));
  const bytes = await hkdfSha256({
    ikm: transcriptHash,
    salt: new Uint8Array(0),
    info: frame('sotto/v1/device-link-code', []),
    length: codeBytes,
  });
  const code = readBigEndian(bytes) % 10 ** codeDigits;
  return { transcriptHash, code: String(code).padStart(codeDigits, '0') };
}
