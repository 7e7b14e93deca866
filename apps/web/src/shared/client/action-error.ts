import { isClientError } from '@sotto/client';
import type { ActionError } from './use-action.ts';

/** Whatever was thrown, as something the interface has words for. */
export function toActionError(reason: unknown): ActionError {
  if (isClientError(reason)) return { code: reason.code, retryAtMs: reason.retryAtMs };
  return { code: 'internal', retryAtMs: null };
}
