import { z } from 'zod';
import { AuthError, validationFailed } from './errors.ts';

/** Metadata rides in every access token, which rides in a header: 16 KiB is all that Node reads. */
const MAX_METADATA_BYTES = 4096;

/** An optional member that clients also send as null. */
export const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();

/** A password as it arrives; its strength is judged elsewhere. */
export const passwordSchema = z.string();

/** `data`, `user_metadata`, `app_metadata`: a JSON object. */
export const metadataSchema = z.record(z.string(), z.unknown());

/** Checks a body or query and throws 400 validation_failed that names the first mistake. */
export function parseRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw validationFailed(path === '' ? 'Invalid request' : `Invalid value for ${path}`);
}

const emailSchema = z.email().max(254);

/** The one spelling of an address under which accounts are kept; `undefined` when it is none. */
export function normalizeEmail(email: string): string | undefined {
  const result = emailSchema.safeParse(email.trim().toLowerCase());
  return result.success ? result.data : undefined;
}

/** The same, or 400 validation_failed. */
export function requireEmail(email: string | null | undefined): string {
  const normalized = normalizeEmail(email ?? '');
  if (normalized === undefined) {
    throw validationFailed('Unable to validate email address: invalid format');
  }
  return normalized;
}

/** The digits of a number in E.164 form, or 400 validation_failed. */
export function requirePhone(phone: string): string {
  const digits = phone.replace(/^\+/, '');
  if (!/^[1-9]\d{1,14}$/.test(digits)) {
    throw validationFailed('Invalid phone number format (E.164 required)');
  }
  return digits;
}

/** Reads a UUID of a path, or throws 404 validation_failed. */
export function requireUuid(text: string | undefined): string {
  const result = z.uuid().safeParse(text);
  if (!result.success) throw new AuthError(404, 'validation_failed', 'An id must be a UUID');
  return result.data.toLowerCase();
}

/** Lays `changes` over `current`; null removes a key. Throws 400 when the result grows too large. */
export function mergeMetadata(
  current: Record<string, unknown> | null,
  changes: Record<string, unknown>,
): Record<string, unknown> {
  const merged = Object.fromEntries(
    Object.entries({ ...current, ...changes }).filter(([, value]) => value !== null),
  );
  if (Buffer.byteLength(JSON.stringify(merged), 'utf8') > MAX_METADATA_BYTES) {
    throw validationFailed(`Metadata cannot be larger than ${MAX_METADATA_BYTES} bytes`);
  }
  return merged;
}
