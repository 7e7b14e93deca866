import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { recordAudit } from '../audit.ts';
import { requireOperator } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { userNotFound } from '../errors.ts';
import { deleteFactor, findFactor, listFactors } from '../factors.ts';
import { parseRequest, requireUuid } from '../request-values.ts';
import { lowerSessions } from '../sessions.ts';
import { factorJson } from '../user-json.ts';
import { findUserById } from '../users.ts';

const listPathSchema = z.object({ userId: z.string() });
const factorPathSchema = z.object({ userId: z.string(), factorId: z.string() });

/** `/admin/users/:id/factors`: see and remove the second factors of an account. */
export function registerAdminFactors(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'GET',
    url: '/admin/users/:userId/factors',
    handler: async (request) => {
      await requireOperator(context, request);
      const userId = requireUuid(parseRequest(listPathSchema, request.params).userId);
      if ((await findUserById(context.pool, userId)) === undefined) throw userNotFound(404);
      return (await listFactors(context.pool, userId)).map(factorJson);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/admin/users/:userId/factors/:factorId',
    handler: async (request) => {
      await requireOperator(context, request);
      const path = parseRequest(factorPathSchema, request.params);
      const userId = requireUuid(path.userId);
      const factorId = requireUuid(path.factorId);
      return inTransaction(context.pool, async (db) => {
        const factor = await findFactor(db, userId, factorId);
        await deleteFactor(db, factorId);
        await lowerSessions(db, factorId);
        const entry = { action: 'factor_deleted', subjectId: userId };
        await recordAudit(db, context.clock(), entry);
        return factorJson(factor);
      });
    },
  });
}
