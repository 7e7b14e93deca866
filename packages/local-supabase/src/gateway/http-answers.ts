import type { IncomingMessage, ServerResponse } from 'node:http';

const exposedHeaders = [
  'Content-Encoding',
  'Content-Location',
  'Content-Range',
  'Link',
  'Location',
  'Preference-Applied',
  'Range-Unit',
  'Retry-After',
  'WWW-Authenticate',
  'X-Sb-Error-Code',
  'X-Supabase-Api-Version',
  'X-Total-Count',
].join(', ');

/**
 * Sets the CORS headers of every answer. Any origin may call, as on hosted Supabase: access hangs on
 * keys and tokens in headers, never on cookies. auth-js trusts an error code only when it may read
 * `X-Supabase-Api-Version`.
 */
export function setCorsHeaders(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', exposedHeaders);
  if (request.method !== 'OPTIONS') return;
  response.setHeader(
    'Access-Control-Allow-Methods',
    'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  );
  const asked = request.headers['access-control-request-headers'];
  response.setHeader(
    'Access-Control-Allow-Headers',
    asked ?? 'apikey, authorization, content-type, prefer, x-client-info, x-supabase-api-version',
  );
  response.setHeader('Access-Control-Max-Age', '3600');
}

/** Answers with JSON and ends; does nothing when the answer has begun. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.writableEnded) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** The error shape of PostgREST, with its code for anything wrong with a token. */
export function sendTokenRefused(response: ServerResponse, message: string): void {
  response.setHeader(
    'WWW-Authenticate',
    `Bearer error="invalid_token", error_description="${message}"`,
  );
  sendJson(response, 401, { code: 'PGRST301', message, details: null, hint: null });
}
