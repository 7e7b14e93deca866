import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isOperator } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { AuthError, otpExpired, validationFailed } from '../errors.ts';
import { allowedRedirect } from '../messages.ts';
import { clientKey } from '../rate-limits.ts';
import { optional, parseRequest, requireEmail, requirePhone } from '../request-values.ts';
import { userAgentOf } from '../user-agent.ts';
import { verifyToken } from '../verify-token.ts';
import type { Proof } from '../verify-token.ts';

const bodySchema = z.object({
  type: z.string(),
  token: optional(z.string()),
  token_hash: optional(z.string()),
  email: optional(z.string()),
  phone: optional(z.string()),
});
const linkSchema = z.object({
  type: z.string(),
  token: z.string(),
  redirect_to: optional(z.string()),
});

const HALF_CONFIRMED = {
  code: 200,
  msg: 'Confirmation accepted. Please confirm the other address too',
};

/** `POST /verify` for codes and tokens, `GET /verify` for links opened in a browser. */
export function registerVerify(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/verify',
    handler: async (request) => {
      if (!isOperator(request)) context.limits.count('verify', clientKey(request.ip));
      const body = parseRequest(bodySchema, request.body);
      const proof = proofOf(body);
      // A code is short: its address may be tried from many client addresses, but not often.
      if ('email' in proof) context.limits.count('otpVerifyPerAddress', proof.email);
      const verified = await verifyToken(context, body.type, proof, userAgentOf(request));
      if ('email' in proof) context.limits.clear('otpVerifyPerAddress', proof.email);
      return verified.outcome === 'session' ? verified.tokens : HALF_CONFIRMED;
    },
  });

  app.route({
    method: 'GET',
    url: '/verify',
    handler: async (request, reply) => {
      context.limits.count('verify', clientKey(request.ip));
      const query = parseRequest(linkSchema, request.query);
      const target = new URL(allowedRedirect(context, query.redirect_to));
      try {
        const proof = { linkToken: query.token };
        const verified = await verifyToken(context, query.type, proof, userAgentOf(request));
        target.hash = successFragment(query.type, verified);
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        target.hash = new URLSearchParams({
          error: 'access_denied',
          error_code: error.code,
          error_description: error.message,
        }).toString();
      }
      // Tokens travel in the fragment, which no server on the way sees.
      return reply.header('referrer-policy', 'no-referrer').redirect(target.href, 303);
    },
  });
}

function proofOf(body: z.infer<typeof bodySchema>): Proof {
  if (body.token_hash) return { linkToken: body.token_hash };
  if (!body.token) throw validationFailed('Verify requires a token or a token hash');
  if (!body.email && body.phone) {
    // Nothing is ever sent to a number, so no code for one is right.
    requirePhone(body.phone);
    throw otpExpired();
  }
  if (!body.email) throw validationFailed('Only an email address with its code can be verified');
  return { email: requireEmail(body.email), code: body.token };
}

function successFragment(type: string, verified: Awaited<ReturnType<typeof verifyToken>>): string {
  if (verified.outcome === 'half_confirmed') {
    return new URLSearchParams({ message: HALF_CONFIRMED.msg }).toString();
  }
  const { tokens } = verified;
  return new URLSearchParams({
    access_token: tokens.access_token,
    expires_at: String(tokens.expires_at),
    expires_in: String(tokens.expires_in),
    refresh_token: tokens.refresh_token,
    token_type: tokens.token_type,
    type,
  }).toString();
}
