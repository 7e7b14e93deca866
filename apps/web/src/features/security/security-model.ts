import type { ActivityItem } from '@sotto/client';
import type { FieldErrors, Values } from '../../shared/forms/use-form.ts';
import { ts } from '../../shared/i18n/security.ts';
import { areSixDigits } from '../../shared/six-digits.ts';
import { securityWords } from '../../shared/i18n/security-words.ts';

export const setUpFields = ['code', 'recoveryKey'] as const;
export type SetUpField = (typeof setUpFields)[number];

export function checkSetUp(values: Values<SetUpField>): FieldErrors<SetUpField> {
  return {
    ...(!areSixDigits(values.code) && { code: ts('code.missing') }),
    ...(values.recoveryKey.trim() === '' && { recoveryKey: ts('factor.recoveryMissing') }),
  };
}

export const stopFields = ['code', 'recoveryKey'] as const;
export type StopField = (typeof stopFields)[number];

/** Asks for one of them, the one that is shown. */
export function checkStop(values: Values<StopField>, withKey: boolean): FieldErrors<StopField> {
  if (withKey) {
    return values.recoveryKey.trim() === '' ? { recoveryKey: ts('factor.recoveryMissing') } : {};
  }
  return areSixDigits(values.code) ? {} : { code: ts('code.missing') };
}

export const passwordFields = ['chatPassword'] as const;
export type PasswordFieldName = (typeof passwordFields)[number];

export function checkPassword(values: Values<PasswordFieldName>): FieldErrors<PasswordFieldName> {
  return values.chatPassword === '' ? { chatPassword: ts('recovery.passwordMissing') } : {};
}

export const endFields = ['password', 'code'] as const;
export type EndField = (typeof endFields)[number];

export function checkEnd(values: Values<EndField>, needsCode: boolean): FieldErrors<EndField> {
  return {
    ...(values.password === '' && { password: ts('end.passwordMissing') }),
    ...(needsCode && !areSixDigits(values.code) && { code: ts('end.codeMissing') }),
  };
}

type KnownAction = Extract<keyof (typeof securityWords)['activity'], `${string}_${string}`>;

const isKnown = (action: string): action is KnownAction =>
  action.includes('_') && Object.hasOwn(securityWords.activity, action);

/** A sentence for an action; a word that a newer server uses is shown as it is. */
export function activityWords({ action }: Pick<ActivityItem, 'action'>): string {
  return isKnown(action) ? ts(`activity.${action}`) : action.replaceAll('_', ' ');
}

/** Whether an action is one that a person should look at twice. */
export function isNoteworthy({ action }: Pick<ActivityItem, 'action'>): boolean {
  return ['device_registered', 'link_requested', 'session_reused', 'second_factor_off'].includes(
    action,
  );
}
