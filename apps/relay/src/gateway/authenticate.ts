import { deviceHeader, deviceIdSchema, isProtocolError, ProtocolError } from '@sotto/protocol';
import type { DeviceId, RouteScope } from '@sotto/protocol';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../domain/access.ts';
import type { DeviceCaller, UserCaller } from '../domain/caller.ts';
import type { TokenVerifier } from '../domain/token-verifier.ts';
import type { RateLimits } from './rate-limits.ts';

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
  readonly #rateLimits: RateLimits;

  constructor(tokens: TokenVerifier, access: Access, rateLimits: RateLimits) {
    this.#tokens = tokens;
    this.#access = access;
    this.#rateLimits = rateLimits;
  }

  /**
   * @throws ProtocolError `unauthenticated`, `forbidden` where the second factor is missing, `gone` for
   *   a revoked device, `unavailable`; and `rate_limited` for a session that goes on naming devices that
   *   are not its own, or lacks its second factor.
   */
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
    const { userId, sessionId, authenticatedAtMs } = await this.#tokens.verify(token);
    const user = { userId, sessionId, authenticatedAtMs };
    // Each wrong claim is a question to the database that nothing else counts: a token is enough to
    // ask, a million device ids can be made up.
    // Counted by session, which nobody but its holder can use up.
    await this.#rateLimits.demandLeft('auth', sessionId);
    try {
      return await this.#check(user, scope, claimedDevice(request));
    } catch (error) {
      if (isProtocolError(error, 'unauthenticated') || isProtocolError(error, 'forbidden')) {
        await this.#rateLimits.consume('auth', sessionId);
      }
      throw error;
    }
  }

  async #check(
    user: UserCaller,
    scope: Exclude<RouteScope, 'public'>,
    deviceId: DeviceId | undefined,
  ): Promise<UserCaller | DeviceCaller> {
    switch (scope) {
      case 'firstFactor':
        await this.#access.checkFirstFactor(user);
        return user;
      case 'user':
        await this.#access.checkUser(user);
        return user;
      case 'device':
        if (deviceId === undefined) throw new ProtocolError('unauthenticated');
        return (await this.#access.checkDevice(user, deviceId)).caller;
    }
  }
}
