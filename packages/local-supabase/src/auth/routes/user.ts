import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireCaller } from '../caller.ts';
import { changeUser } from '../change-user.ts';
import type { AuthContext } from '../context.ts';
import { AuthError, phoneDisabled } from '../errors.ts';
import { allowedRedirect } from '../messages.ts';
import { metadataSchema, optional, parseRequest, passwordSchema } from '../request-values.ts';
import { renderUser } from '../user-json.ts';

const bodySchema = z.object({
  email: optional(z.string()),
  password: optional(passwordSchema),
  current_password: optional(passwordSchema),
  nonce: optional(z.string()),
  data: optional(metadataSchema),
  phone: optional(z.string()),
  app_metadata: optional(metadataSchema),
});
const querySchema = z.object({ redirect_to: optional(z.string()) });

/** `GET` and `PUT /user`: the caller's own account. */
export function registerUser(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'GET',
    url: '/user',
    handler: async (request) => {
      const { user } = await requireCaller(context, request);
      return renderUser(context.pool, user);
    },
  });

  app.route({
    method: 'PUT',
    url: '/user',
    handler: async (request) => {
      const caller = await requireCaller(context, request);
      const body = parseRequest(bodySchema, request.body);
      if (body.app_metadata) {
        throw new AuthError(403, 'not_admin', 'Updating app_metadata requires admin privileges');
      }
      if (body.phone) throw phoneDisabled();
      const { redirect_to: asked } = parseRequest(querySchema, request.query);
      return changeUser(context, caller, {
        email: body.email || undefined,
        password: body.password ?? undefined,
        currentPassword: body.current_password ?? undefined,
        nonce: body.nonce || undefined,
        data: body.data ?? undefined,
        redirectTo: allowedRedirect(context, asked),
      });
    },
  });
}
