import type { IncomingMessage } from 'node:http';

const hostPattern = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Scheme, host and port as the caller wrote them; only what cannot be anything else is repeated. */
export function requestOrigin(request: IncomingMessage): string {
  const { host } = request.headers;
  return `http://${host !== undefined && hostPattern.test(host) ? host : 'localhost'}`;
}
