import * as z from 'zod/mini';
import { defineRoute } from './define.ts';

const none = z.object({});
const open = { scope: 'public', cost: 'auth', params: none, query: none, body: none } as const;

/** What a client reads before anything else. No secret is in it. */
export const clientConfigSchema = z.object({
  /** Base of `/auth/v1` and `/rest/v1`; the relay's own origin with the embedded stack. */
  supabaseUrl: z.url(),
  publishableKey: z.string(),
  protocol: z.object({ oldest: z.int(), newest: z.int() }),
  version: z.string(),
});
export type ClientConfig = z.infer<typeof clientConfigSchema>;

export const operationsRoutes = {
  health: defineRoute({
    ...open,
    method: 'GET',
    path: '/health',
    summary: 'The process answers.',
    response: z.object({ status: z.literal('ok') }),
  }),
  ready: defineRoute({
    ...open,
    method: 'GET',
    path: '/ready',
    summary: 'The relay can serve: 200, or 503 with what is missing.',
    response: z.object({
      status: z.enum(['ready', 'unavailable']),
      checks: z.record(z.string(), z.boolean()),
    }),
  }),
  config: defineRoute({
    ...open,
    method: 'GET',
    path: '/config.json',
    summary: 'Addresses, the publishable key and versions for clients.',
    response: clientConfigSchema,
  }),
} as const;
