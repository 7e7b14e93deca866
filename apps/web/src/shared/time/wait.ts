import { t } from '../i18n/front.ts';

/** Whole seconds left until a time; 0 when it has passed. */
export function secondsUntil(timeMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((timeMs - nowMs) / 1000));
}

export function waitWords(seconds: number): string {
  return t('seconds', { count: seconds });
}
