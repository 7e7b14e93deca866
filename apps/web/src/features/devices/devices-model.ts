import type { DeviceSummary } from '@sotto/client';
import { td } from '../../shared/i18n/device.ts';
import { clockTime, dayHeading, startOfDay } from '../../shared/time/dates.ts';

export type DeviceKind = 'browser' | 'phone' | 'terminal';

/** What the picture beside a device shows. Its name is a hint at best, as is this. */
export function kindOf({ deviceType, name }: Pick<DeviceSummary, 'deviceType' | 'name'>) {
  if (deviceType === 'cli') return 'terminal';
  return /android|iphone|ipad/i.test(name) ? 'phone' : 'browser';
}

const kinds = {
  browser: 'list.kindBrowser',
  phone: 'list.kindPhone',
  terminal: 'list.kindTerminal',
} as const;

export const kindWords = (kind: DeviceKind): string => td(kinds[kind]);

/** The relay may not know a name any more. */
export const shownName = (name: string): string => name || td('list.unnamed');

/** With the time of day for today and yesterday; `null` was never. */
export function seenWords(lastSeenAtMs: number | null, todayMs: number): string {
  if (lastSeenAtMs === null) return td('list.seenNever');
  const day = dayHeading(lastSeenAtMs, todayMs);
  const yesterdayMs = startOfDay(todayMs - 1);
  return lastSeenAtMs < yesterdayMs
    ? day
    : td('list.seenToday', { day, time: clockTime(lastSeenAtMs) });
}

/** Whether somebody typed the word that confirms a removal; capitals and spaces are forgiven. */
export function isRemovalWord(typed: string): boolean {
  return typed.trim().toLowerCase() === td('remove.word').toLowerCase();
}
