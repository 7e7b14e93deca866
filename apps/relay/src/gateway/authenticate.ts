import { deviceHeader, deviceIdSchema, ProtocolError } from '@sotto/protocol';
import type { DeviceId, RouteScope } from '@sotto/protocol';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../domain/access.ts';
import type { DeviceCaller, UserCaller } from '../domain/caller.ts';
import type { TokenVerifier } from '../domain/token-verifier.ts';

const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/;
const maxTokenLength = 8192;

/** The device a request says it is from; not checked. */
export function claimedDevice(request: FastifyRequest): DeviceId | undefined {
  const parsed = deviceIdSchema.safeParse(request.headers[deviceHeader]);
  return parsed.success ? parsed.data : undefined;
}

/** Makes the caller a route's scope demands. */
export class RequestAuthenticator {
  readonly #tokens: TokenVerifier;
  readonly #access: Access;

  constructor(tokens: TokenVerifier, access: Access) {
    this.#tokens = tokens;
    this.#access = access;
  }

  /** @throws ProtocolError `unauthenticated`, `gone` for a revoked device, `unavailable`. */
  async caller(
    request: FastifyRequest,
    scope: RouteScope,
  ): Promise<UserCaller | DeviceCaller | undefined> {
    if (scope === 'public') return undefined;
    const { authorization } = request.headers;
    const token =
      authorization !== undefined && authorization.length <= maxTokenLength
        ? bearer.exec(authorization)?.[1]
        : undefined;
    if (token === undefined) throw new ProtocolError('unauthenticated');
    const { userId, sessionId } = await this.#tokens.verify(token);
    const user = { userId, sessionId };
    if (scope === 'user') {
      await this.#access.checkUser(user);
      return user;
    }
    const deviceId = claimedDevice(request);
    if (deviceId === undefined) throw new ProtocolError('unauthenticated');
    return (await this.#access.checkDevice(user, deviceId)).caller;
  }
}
