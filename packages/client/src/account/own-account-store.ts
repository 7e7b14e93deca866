import type { EngineCore } from '../engine/engine-core.ts';
import { createStore } from '../engine/writable-store.ts';
import type { OwnAccountState, Store } from '../facade.ts';

/** The store of the own account. */
export interface OwnAccountStore {
  readonly store: Store<OwnAccountState>;
  /** Shows what the auth session says of the second factor. */
  sync(): void;
}

/** What another device switched on or off shows as soon as somebody looks, and with the next token. */
export function createOwnAccountStore(core: () => EngineCore): OwnAccountStore {
  const store = createStore<OwnAccountState>(
    { status: 'loading', secondFactor: 'off' },
    (watched) => {
      if (watched) void refresh().catch(() => undefined);
    },
  );

  function sync(): void {
    const { session, auth } = core();
    const { phase } = session.getSnapshot();
    const { factorIds, isDue } = auth.secondFactor();
    // A session that is let in without giving the factor was not asked for it.
    const standing = factorIds.length === 0 ? 'off' : isDue ? 'foreign' : 'on';
    const status = phase === 'ready' ? 'ready' : phase === 'locked' ? 'locked' : 'loading';
    const next: OwnAccountState = { status, secondFactor: phase === 'ready' ? standing : 'off' };
    const { status: before, secondFactor } = store.getSnapshot();
    if (before !== next.status || secondFactor !== next.secondFactor) store.set(next);
  }

  async function refresh(): Promise<void> {
    const { auth, session } = core();
    if (session.getSnapshot().phase !== 'ready') return;
    const { verified } = await auth.factors.list();
    const known = auth.secondFactor().factorIds;
    const same = verified.length === known.length && verified.every((id) => known.includes(id));
    if (!same) await auth.renew();
    sync();
  }

  return { store, sync };
}
