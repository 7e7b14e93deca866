import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireOperator } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { generateLink, inviteUser } from '../generate-link.ts';
import { allowedRedirect, deliver } from '../messages.ts';
import {
  metadataSchema,
  optional,
  parseRequest,
  passwordSchema,
  requireEmail,
} from '../request-values.ts';

const linkSchema = z.object({
  type: z.enum([
    'signup',
    'invite',
    'magiclink',
    'recovery',
    'email_change_current',
    'email_change_new',
  ]),
  email: z.string(),
  new_email: optional(z.string()),
  password: optional(passwordSchema),
  data: optional(metadataSchema),
  redirect_to: optional(z.string()),
});
const inviteSchema = z.object({ email: z.string(), data: optional(metadataSchema) });
const querySchema = z.object({ redirect_to: optional(z.string()) });

/** `POST /admin/generate_link` answers a link to the operator; `POST /invite` makes one for delivery. */
export function registerAdminLinks(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/admin/generate_link',
    handler: async (request) => {
      await requireOperator(context, request);
      const body = parseRequest(linkSchema, request.body);
      const query = parseRequest(querySchema, request.query);
      return generateLink(context, {
        type: body.type,
        email: requireEmail(body.email),
        newEmail: body.new_email ? requireEmail(body.new_email) : undefined,
        password: body.password || undefined,
        data: body.data ?? {},
        redirectTo: allowedRedirect(context, body.redirect_to || query.redirect_to),
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/invite',
    handler: async (request) => {
      await requireOperator(context, request);
      const body = parseRequest(inviteSchema, request.body);
      const query = parseRequest(querySchema, request.query);
      const { user, message } = await inviteUser(
        context,
        requireEmail(body.email),
        body.data ?? {},
        allowedRedirect(context, query.redirect_to),
      );
      deliver(context, message);
      return user;
    },
  });
}
