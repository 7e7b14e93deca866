import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { recordAudit } from '../audit.ts';
import { requireCaller } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { parseRequest } from '../request-values.ts';
import { deleteSessions } from '../sessions.ts';

const querySchema = z.object({ scope: z.enum(['global', 'local', 'others']).default('global') });

/** `POST /logout`: ends all sessions, this one, or all others. */
export function registerLogout(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'POST',
    url: '/logout',
    handler: async (request, reply) => {
      const { scope } = parseRequest(querySchema, request.query);
      const { user, session } = await requireCaller(context, request);
      await inTransaction(context.pool, async (db) => {
        await deleteSessions(db, user.id, session.id, scope);
        const entry = { action: 'logout', actorId: user.id, traits: { scope } };
        await recordAudit(db, context.clock(), entry);
      });
      return reply.code(204).send();
    },
  });
}
