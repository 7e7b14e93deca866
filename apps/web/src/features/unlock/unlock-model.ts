import { ta } from '../../shared/i18n/app.ts';
import type { FieldErrors, Values } from '../../shared/forms/use-form.ts';

export const recoverFields = ['recoveryKey', 'newChatPassword'] as const;
export type RecoverField = (typeof recoverFields)[number];

export function checkRecover(values: Values<RecoverField>): FieldErrors<RecoverField> {
  return {
    ...(values.recoveryKey.trim() === '' && { recoveryKey: ta('recover.keyMissing') }),
    ...(values.newChatPassword === '' && { newChatPassword: ta('chatPassword.missing') }),
  };
}

/** The later of two times before which no try is allowed. */
export function laterOf(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.max(a, b);
}
