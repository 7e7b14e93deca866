import { createHmac } from 'node:crypto';

const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
const roleTokenSeconds = 300;
const renewBeforeSeconds = 60;

/** Claims of a token, as parsed JSON. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs the HS256 tokens (RFC 7515) that PostgREST accepts from the gateway and nobody else. */
export interface InternalTokens {
  /** The same claims under the internal signature. */
  sign(claims: Claims): string;
  /** A token that says only `role`; short-lived and reused. */
  forRole(role: string): string;
}

/** `secret` is shared with PostgREST; `now` gives milliseconds. */
export function createInternalTokens(secret: string, now: () => number = Date.now): InternalTokens {
  const roleTokens = new Map<string, { token: string; expiresAt: number }>();
  const sign = (claims: Claims): string => {
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const signature = createHmac('sha256', secret)
      .update(`${header}.${payload}`)
      .digest('base64url');
    return `${header}.${payload}.${signature}`;
  };
  return {
    sign,
    forRole(role) {
      const seconds = Math.floor(now() / 1000);
      const known = roleTokens.get(role);
      if (known && known.expiresAt - seconds > renewBeforeSeconds) return known.token;
      const expiresAt = seconds + roleTokenSeconds;
      const token = sign({ role, iat: seconds, exp: expiresAt });
      roleTokens.set(role, { token, expiresAt });
      return token;
    },
  };
}
