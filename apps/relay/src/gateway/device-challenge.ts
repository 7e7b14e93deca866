import { randomBytes } from 'node:crypto';
import { uuidBytes, verifyLabelled } from '@sotto/crypto/verify';
import { deviceChallengeAnswerSchema, deviceChallengeEvent, labels, limits } from '@sotto/protocol';
import type { Socket } from 'socket.io';
import type { HandshakeIdentity } from './socket-handshake.ts';

/**
 * Whether the device at the other end holds its identity key: it signs a nonce of this connection
 * together with who it claims to be, so that neither a stolen token nor a recorded answer suffices.
 */
export async function provesDevice(socket: Socket, identity: HandshakeIdentity): Promise<boolean> {
  const nonce = randomBytes(32);
  let answer: unknown;
  try {
    answer = await socket
      .timeout(limits.deviceChallengeTimeoutMs)
      .emitWithAck(deviceChallengeEvent, { nonce });
  } catch {
    return false;
  }
  const parsed = deviceChallengeAnswerSchema.safeParse(answer);
  if (!parsed.success) return false;
  const { userId, deviceId, sessionId } = identity.caller;
  return await verifyLabelled({
    publicKey: identity.identityKey,
    label: labels.socketProof,
    fields: [nonce, uuidBytes(userId), uuidBytes(deviceId), uuidBytes(sessionId)],
    signature: parsed.data.signature,
  });
}
