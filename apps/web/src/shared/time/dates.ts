const locale = undefined;

const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const shortDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat(locale, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const withYear = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
const relativeDay = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const dayMs = 86_400_000;

/** The first moment of a local calendar day. */
export function startOfDay(timeMs: number): number {
  return new Date(timeMs).setHours(0, 0, 0, 0);
}

/** A local calendar day as a comparable string. */
export function dayKey(timeMs: number): string {
  const day = new Date(timeMs);
  return `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
}

/** Calendar days between, not 24-hour spans: robust when the clocks change. */
function daysAgo(timeMs: number, nowMs: number): number {
  return Math.round((startOfDay(nowMs) - startOfDay(timeMs)) / dayMs);
}

export const clockTime = (timeMs: number): string => clock.format(timeMs);
export const fullTime = (timeMs: number): string => full.format(timeMs);

/** For a list: the time today, then the weekday, then the date. */
export function listTime(timeMs: number, nowMs: number): string {
  const days = daysAgo(timeMs, nowMs);
  if (days <= 0) return clock.format(timeMs);
  if (days < 7) return weekday.format(timeMs);
  const sameYear = new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? shortDate : withYear).format(timeMs);
}

/** For a heading between days: "Today", "Yesterday", then the date. */
export function dayHeading(timeMs: number, nowMs: number): string {
  const days = daysAgo(timeMs, nowMs);
  if (days === 0 || days === 1) {
    const words = relativeDay.format(-days, 'day');
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  const sameYear = new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? longDate : withYear).format(timeMs);
}
