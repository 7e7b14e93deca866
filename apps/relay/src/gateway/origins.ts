import type { IncomingMessage } from 'node:http';

/** Whether a browser page from this request's `Origin` may talk to the relay. */
export type OriginCheck = (request: Pick<IncomingMessage, 'headers'>) => boolean;

/**
 * A request without `Origin` comes from no page of another site (or from no browser) and passes. With
 * a public address, that and the listed origins are allowed; without one, the host that was asked.
 */
export function originCheck(options: {
  publicUrl: string | undefined;
  allowedOrigins: readonly string[];
}): OriginCheck {
  const allowed = new Set(options.allowedOrigins);
  if (options.publicUrl !== undefined) allowed.add(options.publicUrl);
  return ({ headers }) => {
    const { origin, host } = headers;
    if (origin === undefined || allowed.has(origin)) return true;
    if (options.publicUrl !== undefined || host === undefined) return false;
    return URL.canParse(origin) && new URL(origin).host === host;
  };
}
