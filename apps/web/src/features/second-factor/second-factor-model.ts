import type { FieldErrors, Values } from '../../shared/forms/use-form.ts';
import { ts } from '../../shared/i18n/security.ts';
import { areSixDigits } from '../../shared/six-digits.ts';

export const codeFields = ['code'] as const;
export type CodeField = (typeof codeFields)[number];

export function checkCode({ code }: Values<CodeField>): FieldErrors<CodeField> {
  return areSixDigits(code) ? {} : { code: ts('code.missing') };
}

export const keyFields = ['recoveryKey'] as const;
export type KeyField = (typeof keyFields)[number];

export function checkKey({ recoveryKey }: Values<KeyField>): FieldErrors<KeyField> {
  return recoveryKey.trim() === '' ? { recoveryKey: ts('code.keyMissing') } : {};
}
