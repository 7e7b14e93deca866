import type { ConnectionState } from '@sotto/client';

export type ConnectionSign = 'none' | 'connecting' | 'offline';

/** A connection that comes within this time is not worth a sign. */
export const connectingSignDelayMs = 1500;

/** What to show; `slow`: it has not been online for `connectingSignDelayMs`. */
export function connectionSign(status: ConnectionState['status'], slow: boolean): ConnectionSign {
  if (status === 'online' || !slow) return 'none';
  return status;
}
