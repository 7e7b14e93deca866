import type { DeviceId, Profile, UserId } from '@sotto/protocol';
import type { DeviceKeys } from '../devices/device-keys.ts';
import type { Platform } from '../platform.ts';
import type { SealedStore } from '../storage/sealed-store.ts';
import type { HttpClient } from '../transport/http-client.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** What every part of an opened account shares. It ends, with its keys, when the account is locked. */
export interface AccountContext {
  readonly platform: Platform;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly vault: OpenVault;
  readonly keys: DeviceKeys;
  readonly store: SealedStore;
  readonly http: HttpClient;
  profile(): Profile;
  /** False from the moment of locking: results that arrive later are dropped. */
  isOpen(): boolean;
}
