import type { AccountContext } from '../engine/account-context.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { PreKeys } from './pre-keys.ts';

/** {@link PreKeys}, loaded with the first use: no chat needs them before it is shown. */
export function createPreKeyLoader(
  context: AccountContext,
  trust: TrustStore,
): () => Promise<PreKeys> {
  let loading: Promise<PreKeys> | null = null;
  return () =>
    (loading ??= import('./pre-keys.ts').then(({ createPreKeys }) =>
      createPreKeys(context, trust),
    ));
}
