import { isClientError } from '../client-error.ts';
import type { OwnDevices } from '../devices/own-devices.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { AccountContext } from './account-context.ts';

/** Keeps own chain and vault together: each may come before the other. */
export interface OwnAccountWatch {
  /** The own chain may have gone on to another account key: the vault that goes with it is fetched. */
  chainChanged(): void;
  /** Another vault may have been taken over, under the same key or another one: what waited for it goes on. */
  vaultChanged(): Promise<void>;
}

export function createOwnAccountWatch(options: {
  context: AccountContext;
  trust: TrustStore;
  devices: () => Pick<OwnDevices, 'changed' | 'reachesAnchor'>;
  /** Fetches the vault in its turn. */
  followVault: () => void;
  /** The own account key is in all that is shown of people, and what was held back may be sent. */
  onVault: () => void;
}): OwnAccountWatch {
  const { context, trust, devices, followVault, onVault } = options;
  const { userId, vault } = context;
  async function followIfOlder(): Promise<void> {
    const own = await trust.person(userId);
    if (own && !hasVaultsKey(own, vault)) followVault();
  }

  return {
    chainChanged() {
      devices().changed();
      void followIfOlder().catch(() => undefined);
    },
    async vaultChanged() {
      await devices()
        .reachesAnchor()
        .catch((error: unknown) => {
          // The alarm is among the devices already.
          if (!isClientError(error, 'rollback') && !isClientError(error, 'untrusted')) throw error;
        });
      devices().changed();
      onVault();
    },
  };
}
