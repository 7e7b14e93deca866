/** Every header that tells a browser what this origin may do. One place, so that a test can be exact. */

/** What the policy depends on. */
export interface SecurityHeaderOptions {
  /** The address people use, if it is fixed. */
  publicUrl: string | undefined;
  /** Base of a Supabase on another origin; absent when the relay passes its requests on. */
  supabaseUrl: string | undefined;
}

/** The only script-executing policy name; the client makes its worker's address through it. */
const trustedTypesPolicy = 'sotto-worker';

/** Content-Security-Policy of every answer. `'self'` covers websockets of the same host. */
function contentSecurityPolicy(options: SecurityHeaderOptions): string {
  const connect = ["'self'"];
  if (options.publicUrl !== undefined) {
    connect.push(new URL(options.publicUrl).origin.replace(/^http/, 'ws'));
  }
  if (options.supabaseUrl !== undefined) connect.push(new URL(options.supabaseUrl).origin);
  const directives: Record<string, string> = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'connect-src': connect.join(' '),
    'worker-src': "'self'",
    'manifest-src': "'self'",
    'form-action': "'self'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': trustedTypesPolicy,
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

/** Headers of every answer, by lower-case name. */
export function securityHeaders(options: SecurityHeaderOptions): Record<string, string> {
  const isSecure = options.publicUrl?.startsWith('https:') === true;
  return {
    'content-security-policy': contentSecurityPolicy(options),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy':
      'camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(isSecure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}
