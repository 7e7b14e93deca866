import * as z from 'zod/mini';

/** A byte string in a record at rest. */
export const bytesField = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
