import * as z from 'zod/mini';
import { errorCodes } from './errors.ts';
import type { WireError } from './errors.ts';

/** The one answer to every client event. */
export type Ack<Data> = { ok: true; data: Data } | { ok: false; error: WireError };

export const wireErrorSchema = z.object({
  code: z.enum(errorCodes),
  retryAfterMs: z.optional(z.int().check(z.gte(0))),
  requestId: z.optional(z.string().check(z.maxLength(64))),
});

/** Body of every HTTP answer that is not 2xx. */
export const errorBodySchema = z.object({ error: wireErrorSchema });

/** Schema of the acknowledgement whose data is `data`. */
export function ackSchema<Schema extends z.ZodMiniType>(data: Schema) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), data }),
    z.object({ ok: z.literal(false), error: wireErrorSchema }),
  ]);
}
