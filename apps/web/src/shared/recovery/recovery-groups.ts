import { ta } from '../i18n/app.ts';
import type { FieldErrors, Values } from '../forms/use-form.ts';

/** The groups as they are printed, whatever stands between them. */
export function recoveryGroups(key: string): string[] {
  return key.split(/[\s-]+/).filter(Boolean);
}

/** Two different positions, in order. `random` answers from 0 up to 1. */
export function pickGroups(count: number, random: () => number): [number, number] {
  const first = Math.floor(random() * count);
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
  return first < second ? [first, second] : [second, first];
}

export const confirmFields = ['group1', 'group2'] as const;
export type ConfirmField = (typeof confirmFields)[number];

export function checkConfirm(values: Values<ConfirmField>): FieldErrors<ConfirmField> {
  return {
    ...(values.group1.trim() === '' && { group1: ta('recovery.missing') }),
    ...(values.group2.trim() === '' && { group2: ta('recovery.missing') }),
  };
}
