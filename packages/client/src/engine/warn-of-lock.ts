import type { SessionState } from '../facade.ts';
import type { WritableStore } from './writable-store.ts';

/** Shows in the session that idling will lock at a time, or (null) that it no longer will. */
export function warnOfLock(session: WritableStore<SessionState>, lockAtMs: number | null): void {
  const state = session.getSnapshot();
  if (state.phase !== 'ready') return;
  const { lockAtMs: _, ...calm } = state;
  session.set(lockAtMs === null ? calm : { ...calm, lockAtMs });
}
