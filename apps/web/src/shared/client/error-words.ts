import { t } from '../i18n/front.ts';
import { secondsUntil, waitWords } from '../time/wait.ts';
import type { ActionError } from './use-action.ts';

/** What happened, and when to try again where waiting helps. */
export function errorWords(error: ActionError, nowMs: number = Date.now()): string {
  const words = t(`error.${error.code}`);
  const seconds = error.retryAtMs === null ? 0 : secondsUntil(error.retryAtMs, nowMs);
  return seconds > 0 ? `${words} ${t('retryIn', { time: waitWords(seconds) })}` : words;
}
