import * as z from 'zod/mini';

const uuid = z
  .string()
  .check(
    z.regex(
      /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
      'expected a lower-case uuid',
    ),
  );

export const userIdSchema = uuid.brand<'UserId'>();
export type UserId = z.infer<typeof userIdSchema>;

export const deviceIdSchema = uuid.brand<'DeviceId'>();
export type DeviceId = z.infer<typeof deviceIdSchema>;

export const chatIdSchema = uuid.brand<'ChatId'>();
export type ChatId = z.infer<typeof chatIdSchema>;

export const linkIdSchema = uuid.brand<'LinkId'>();
export type LinkId = z.infer<typeof linkIdSchema>;

/** A second factor, as the auth service names it. */
export const factorIdSchema = uuid;

/** Made by the sending client; the same id again is the same message (idempotency key). */
export const clientIdSchema = uuid.brand<'ClientId'>();
export type ClientId = z.infer<typeof clientIdSchema>;

/** A position in a chat: 1, 2, 3 … without holes. */
export const sequenceSchema = z.int().check(z.gte(1), z.lte(Number.MAX_SAFE_INTEGER));

/** "After this position"; 0 is before the first. */
export const cursorSchema = z.int().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));

export const epochSchema = z.int().check(z.gte(1), z.lte(0xffff_ffff));

export const timeMsSchema = z.int().check(z.gte(0), z.lte(8_640_000_000_000_000));
