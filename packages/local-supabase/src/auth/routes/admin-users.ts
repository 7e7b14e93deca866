import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { adminCreateUser, adminUpdateUser, adminUserSchema } from '../admin-accounts.ts';
import { recordAudit } from '../audit.ts';
import { requireOperator } from '../caller.ts';
import type { AuthContext } from '../context.ts';
import { inTransaction } from '../database.ts';
import { userNotFound } from '../errors.ts';
import { deleteUser, eraseUser } from '../delete-user.ts';
import { optional, parseRequest, requireUuid } from '../request-values.ts';
import { renderUser } from '../user-json.ts';
import { findUserById, listUsers } from '../users.ts';

const MAX_PER_PAGE = 1000;
const MAX_PAGE = 1_000_000;

// Clients send empty strings for what they leave out, and count pages from one.
const count = (fallback: number, max: number) =>
  z
    .string()
    .regex(/^\d{0,9}$/)
    .default('')
    .transform((text) => Math.min(Math.max(text === '' ? fallback : Number(text), 1), max));

const pageSchema = z.object({ page: count(1, MAX_PAGE), per_page: count(50, MAX_PER_PAGE) });
const pathSchema = z.object({ userId: z.string() });
const deleteSchema = z.object({ should_soft_delete: optional(z.boolean()) });

/** `/admin/users`: the operator's view of accounts. */
export function registerAdminUsers(app: FastifyInstance, context: AuthContext): void {
  app.route({
    method: 'GET',
    url: '/admin/users',
    handler: async (request, reply) => {
      await requireOperator(context, request);
      const { page, per_page: perPage } = parseRequest(pageSchema, request.query);
      const { users, total } = await listUsers(context.pool, perPage, (page - 1) * perPage);
      const rendered = [];
      for (const user of users) rendered.push(await renderUser(context.pool, user));
      void reply.headers({
        'x-total-count': String(total),
        link: pageLinks(page, perPage, total),
      });
      return { users: rendered, aud: 'authenticated' };
    },
  });

  app.route({
    method: 'POST',
    url: '/admin/users',
    handler: async (request) => {
      await requireOperator(context, request);
      return adminCreateUser(context, parseRequest(adminUserSchema, request.body));
    },
  });

  app.route({
    method: 'GET',
    url: '/admin/users/:userId',
    handler: async (request) => {
      await requireOperator(context, request);
      const userId = requireUuid(parseRequest(pathSchema, request.params).userId);
      const user = await findUserById(context.pool, userId);
      if (user === undefined) throw userNotFound(404);
      return renderUser(context.pool, user);
    },
  });

  app.route({
    method: 'PUT',
    url: '/admin/users/:userId',
    handler: async (request) => {
      await requireOperator(context, request);
      const userId = requireUuid(parseRequest(pathSchema, request.params).userId);
      return adminUpdateUser(context, userId, parseRequest(adminUserSchema, request.body));
    },
  });

  app.route({
    method: 'DELETE',
    url: '/admin/users/:userId',
    handler: async (request) => {
      await requireOperator(context, request);
      const userId = requireUuid(parseRequest(pathSchema, request.params).userId);
      const { should_soft_delete: isSoft } = parseRequest(deleteSchema, request.body);
      await inTransaction(context.pool, async (db) => {
        await (isSoft ? eraseUser : deleteUser)(db, context.clock(), userId);
        const traits = { soft: isSoft ?? false };
        const entry = { action: 'user_deleted', subjectId: userId, traits };
        await recordAudit(db, context.clock(), entry);
      });
      return {};
    },
  });
}

/** RFC 8288 links to the next and the last page. */
function pageLinks(page: number, perPage: number, total: number): string {
  const last = Math.max(1, Math.ceil(total / perPage));
  const link = (to: number, rel: string) =>
    `</admin/users?page=${to}&per_page=${perPage}>; rel="${rel}"`;
  return [...(page < last ? [link(page + 1, 'next')] : []), link(last, 'last')].join(', ');
}
