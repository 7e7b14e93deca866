import { z } from 'zod';
import { errorCodes } from './errors.ts';
import type { WireError } from './errors.ts';

/** The one answer to every client event. */
export type Ack<Data> = { ok: true; data: Data } | { ok: false; error: WireError };

export const wireErrorSchema = z.object({
  code: z.enum(errorCodes),
  retryAfterMs: z.int().min(0).optional(),
  requestId: z.string().max(64).optional(),
});

/** Body of every HTTP answer that is not 2xx. */
export const errorBodySchema = z.object({ error: wireErrorSchema });

/** Schema of the acknowledgement whose data is `data`. */
export function ackSchema<Schema extends z.ZodType>(data: Schema) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), data }),
    z.object({ ok: z.literal(false), error: wireErrorSchema }),
  ]);
}
