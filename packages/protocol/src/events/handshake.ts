import * as z from 'zod/mini';
import { bytesSchema } from '../bytes.ts';
import { deviceIdSchema } from '../identifiers.ts';

/**
 * `auth` of the Socket.IO handshake. The relay then sends `device:challenge` with a nonce and
 * expects the device's signature as its acknowledgement; until that holds every event is answered
 * `unauthenticated`.
 */
export const handshakeSchema = z.object({
  token: z.string().check(z.minLength(1), z.maxLength(8192)),
  deviceId: deviceIdSchema,
  protocolVersion: z.int(),
});
export type Handshake = z.infer<typeof handshakeSchema>;

/** Why a handshake was refused; `data` of Socket.IO's `connect_error`. */
export const handshakeRefusalSchema = z.object({
  code: z.enum(['unauthenticated', 'version_unsupported', 'rate_limited', 'unavailable', 'gone']),
  retryAfterMs: z.optional(z.int().check(z.gte(0))),
  /** For people, when the version is the cause: what to update. */
  message: z.optional(z.string().check(z.maxLength(200))),
});
export type HandshakeRefusal = z.infer<typeof handshakeRefusalSchema>;

export const deviceChallengeEvent = 'device:challenge';

export const deviceChallengeSchema = z.object({ nonce: bytesSchema({ exact: 32 }) });

/** XEdDSA over `labels.socketProof` with fields nonce, user id, device id, auth session id. */
export const deviceChallengeAnswerSchema = z.object({ signature: bytesSchema({ exact: 64 }) });

/** Labels of what a device's identity key signs for the relay (length-prefixed, see docs/encryption.md). */
export const labels = {
  /** Fields: nonce 32, user id 16, device id 16, auth session id 16. */
  socketProof: 'device-socket-proof-v1',
  /** Fields: user id 16, device id 16, auth session id 16. Ties an auth session to a device. */
  sessionProof: 'device-session-proof-v1',
  /** Fields: user id 16, device id 16, auth session id 16, of the session that asks. Deletes the account. */
  accountDeletion: 'account-deletion-proof-v1',
} as const;
