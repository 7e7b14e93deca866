import {
  handshakeSchema,
  isProtocolError,
  isProtocolVersionSupported,
  oldestProtocolVersion,
  protocolVersion,
  ProtocolError,
} from '@sotto/protocol';
import type { HandshakeRefusal } from '@sotto/protocol';
import type { Socket } from 'socket.io';
import type { Access } from '../domain/access.ts';
import type { DeviceCaller } from '../domain/caller.ts';
import type { TokenVerifier } from '../domain/token-verifier.ts';
import type { ClientAddress } from './client-address.ts';
import { networkOf } from './client-address.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RateLimits } from './rate-limits.ts';
import { wireError } from './wire-error.ts';

/** What the handshake needs. */
export interface HandshakeParts {
  tokens: TokenVerifier;
  access: Access;
  rateLimits: RateLimits;
  clientAddress: ClientAddress;
  metrics: Metrics;
  log: Log;
  isStopping(): boolean;
}

/** Who a socket says it is, checked up to the device's own signature. */
export interface HandshakeIdentity {
  caller: DeviceCaller;
  identityKey: Uint8Array;
  tokenExpiresAtMs: number;
}

/** Socket.IO passes `data` on to the client with its `connect_error`. */
class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused';
  readonly data: HandshakeRefusal;

  constructor(data: HandshakeRefusal) {
    super(data.code);
    this.data = data;
  }
}

/** @throws HandshakeRefused. */
export async function admitHandshake(
  socket: Socket,
  parts: HandshakeParts,
): Promise<HandshakeIdentity> {
  try {
    return await identify(socket, parts);
  } catch (error) {
    const refusal = refusalOf(error, parts.log);
    parts.metrics.handshakeRefusals.inc({ code: refusal.code });
    throw new HandshakeRefused(refusal);
  }
}

async function identify(socket: Socket, parts: HandshakeParts): Promise<HandshakeIdentity> {
  await parts.rateLimits.consume('auth', networkOf(parts.clientAddress(socket.request)));
  if (parts.isStopping()) throw new ProtocolError('unavailable', { retryAfterMs: 1000 });
  const { protocolVersion: version } = socket.handshake.auth as { protocolVersion?: unknown };
  if (typeof version === 'number' && !isProtocolVersionSupported(version)) {
    throw new ProtocolError('version_unsupported', { cause: version });
  }
  const parsed = handshakeSchema.safeParse(socket.handshake.auth);
  if (!parsed.success) throw new ProtocolError('unauthenticated');
  const { userId, sessionId, expiresAtMs } = await parts.tokens.verify(parsed.data.token);
  const checked = await parts.access.checkDevice({ userId, sessionId }, parsed.data.deviceId, {
    fresh: true,
  });
  return { ...checked, tokenExpiresAtMs: expiresAtMs };
}

function refusalOf(error: unknown, log: Log): HandshakeRefusal {
  if (isProtocolError(error, 'version_unsupported')) {
    return { code: 'version_unsupported', message: versionMessage(error.cause as number) };
  }
  const { code, retryAfterMs } = wireError(error, log, 'handshake');
  switch (code) {
    case 'unauthenticated':
    case 'gone':
      return { code };
    // The second factor is missing: what the client's own token says.
    case 'forbidden':
      return { code: 'unauthenticated' };
    case 'rate_limited':
      return retryAfterMs === undefined ? { code } : { code, retryAfterMs };
    default:
      return { code: 'unavailable', retryAfterMs: retryAfterMs ?? 1000 };
  }
}

function versionMessage(version: number): string {
  return version < oldestProtocolVersion
    ? 'This app is too old for the server. Update the app.'
    : `This server speaks version ${protocolVersion}, older than the app. Ask its operator to update it.`;
}
