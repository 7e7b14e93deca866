/**
 * A host's word about a guest: who is admitted to which meeting, and who is no longer. Clients give keys
 * to a guest only on a host's signature, whatever a relay says.
 */
import { assertBytes } from '../encoding/bytes.ts';
import { assertCount, be64 } from '../encoding/integers.ts';
import { utf8 } from '../encoding/text.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { CryptoError } from '../errors.ts';
import { parseIdentityPublicKey } from '../identity/public-key.ts';
import { verifyLabelled } from '../identity/verify-labelled.ts';

/** One decision about one guest. */
export interface Admission {
  meetingId: string;
  /** From 1; one above the highest that the host has seen for this guest session. */
  sequence: number;
  /** The guest's session id, a canonical UUID. */
  guestSessionId: string;
  /** 33 bytes. */
  guestIdentityKey: Uint8Array;
  /** The meeting's membership epoch at that moment, 32 bytes. */
  epochHash: Uint8Array;
  decision: 'admitted' | 'removed';
  host: { userId: string; deviceId: string };
}

/** Label of the signature. */
export const admissionLabel = 'guest-admission-2';

/**
 * Whether `a` counts and not `b`, of two verified decisions about one guest session: the higher sequence,
 * and of equal ones the removal. A relay that shows an old admission again gains nothing by it.
 *
 * Throws `bad_encoding` for decisions about different guest sessions or meetings.
 */
export function isNewerAdmission(a: Admission, b: Admission): boolean {
  if (a.meetingId !== b.meetingId || a.guestSessionId !== b.guestSessionId) {
    throw new CryptoError('bad_encoding', 'decisions about different guests');
  }
  if (a.sequence !== b.sequence) return a.sequence > b.sequence;
  return a.decision === 'removed' && b.decision === 'admitted';
}

/** The fields that the host's device signs. */
export function admissionFields(admission: Admission): Uint8Array[] {
  const { decision, host, sequence } = admission;
  assertBytes(admission.epochHash, 'epochHash', 32);
  if (decision !== 'admitted' && decision !== 'removed') {
    throw new CryptoError('bad_encoding', 'unknown decision');
  }
  assertCount(sequence, 'sequence');
  if (sequence === 0) throw new CryptoError('bad_encoding', 'sequences begin with 1');
  return [
    be64(sequence),
    uuidBytes(admission.meetingId),
    uuidBytes(admission.guestSessionId),
    parseIdentityPublicKey(admission.guestIdentityKey),
    admission.epochHash,
    utf8(decision),
    uuidBytes(host.userId),
    uuidBytes(host.deviceId),
  ];
}

/**
 * Verifies a host's decision against the host device's certified identity key (33 bytes).
 *
 * Throws `bad_signature`; `bad_key` and `bad_encoding` for a malformed admission. That the host was a
 * member who may admit, in the epoch that is named, is for the caller to check against the log.
 */
export async function verifyAdmission(input: {
  admission: Admission;
  signature: Uint8Array;
  hostKey: Uint8Array;
}): Promise<void> {
  const { admission, signature, hostKey } = input;
  const fields = admissionFields(admission);
  const signed = { publicKey: hostKey, label: admissionLabel, fields, signature };
  if (!(await verifyLabelled(signed))) throw new CryptoError('bad_signature');
}
