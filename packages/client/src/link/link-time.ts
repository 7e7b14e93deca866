import { limits } from '@sotto/protocol';
import type { DeviceLink } from '@sotto/protocol';

const longestMs = limits.deviceLinkSeconds * 1000;

/**
 * When a request ends by this device's clock. The relay names two times by its own clock, which may be
 * off; what counts is how far apart they are, and never more than the protocol allows.
 */
export function endOf(
  { createdAtMs, expiresAtMs }: Pick<DeviceLink, 'createdAtMs' | 'expiresAtMs'>,
  seenAtMs: number,
): number {
  const lifeMs = Math.min(longestMs, Math.max(0, expiresAtMs - createdAtMs));
  const latestMs = seenAtMs + lifeMs;
  // Seen late by clocks that agree: the time that is left, not a whole new one.
  return expiresAtMs > seenAtMs ? Math.min(latestMs, expiresAtMs) : latestMs;
}
