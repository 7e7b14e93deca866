import type { DeviceId, UserId } from '@sotto/protocol';
import type { AccountContext } from '../engine/account-context.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { claimBundle } from './claim-bundle.ts';
import type { ClaimedBundle } from './claim-bundle.ts';
import { createPreKeyKeeper } from './prekey-keeper.ts';
import type { PreKeyKeeper } from './prekey-keeper.ts';
import { createPreKeyStores } from './prekey-stores.ts';
import type { PreKeyStores } from './prekey-stores.ts';

/** Prekeys: this device's own, for sessions that others begin, and claiming those of others. */
export interface PreKeys extends PreKeyKeeper {
  readonly stores: PreKeyStores;
  /** What a session with a device of somebody begins with; see {@link claimBundle}. */
  claimBundle(userId: UserId, deviceId: DeviceId): Promise<ClaimedBundle>;
}

export function createPreKeys(context: AccountContext, trust: TrustStore): PreKeys {
  const { http } = context;
  const stores = createPreKeyStores(context.store);
  return {
    ...createPreKeyKeeper(context, stores),
    stores,
    claimBundle: (userId, deviceId) => claimBundle({ http, trust, userId, deviceId }),
  };
}
