import type { DeviceId, Profile, UserId } from '@sotto/protocol';
import type { AuthDoor } from '../account/auth-door.ts';
import type { ChatStores } from '../chats/chat-stores.ts';
import type { DeviceKeys } from '../devices/device-keys.ts';
import type { DeviceRecord, DeviceShelf } from '../devices/device-record.ts';
import type { Account } from '../devices/register-device.ts';
import type {
  ChatListState,
  ConnectionState,
  DevicesState,
  LinkRequest,
  SessionState,
} from '../facade.ts';
import type { Platform } from '../platform.ts';
import type { StoragePort } from '../storage/storage-port.ts';
import type { HttpClient } from '../transport/http-client.ts';
import type { ContactStores } from '../trust/contact-stores.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { PasswordTries } from '../vault/password-tries.ts';
import type { AccountContext } from './account-context.ts';
import type { AccountRuntime } from './account-runtime.ts';
import type { WritableStore } from './writable-store.ts';

/** Why an account that was open is not any more. */
export type EndCode = 'session_ended' | 'device_revoked' | 'version_unsupported';

/** Whose installation this is at the moment, signed in or not. */
export interface Resident {
  readonly userId: UserId;
  readonly shelf: DeviceShelf;
  readonly tries: PasswordTries;
  email: string;
  profile: Profile | null;
  /** What the relay said at sign-in; null after a cold start. */
  account: Account | null;
  record: DeviceRecord | null;
}

/** An account whose vault is open. */
export interface OpenedAccount {
  readonly resident: Resident;
  readonly vault: OpenVault;
  readonly keys: DeviceKeys;
  readonly context: AccountContext;
  readonly runtime: AccountRuntime;
}

/** A vault that was made in first run and is nowhere but in memory yet. */
export interface PendingVault {
  readonly vault: OpenVault;
  readonly recoveryKey: string;
}

/** The mutable heart of the engine: who is here, what is open, and the stores that show it. */
export interface EngineCore {
  readonly platform: Platform;
  readonly auth: AuthDoor;
  readonly http: HttpClient;
  readonly session: WritableStore<SessionState>;
  readonly connection: WritableStore<ConnectionState>;
  readonly list: WritableStore<ChatListState>;
  readonly stores: ChatStores;
  readonly contacts: ContactStores;
  readonly devices: WritableStore<DevicesState>;
  /** Who asks to be let in, as it is shown among the devices. */
  readonly linkRequests: WritableStore<readonly LinkRequest[]>;
  storage: StoragePort | null;
  resident: Resident | null;
  opened: OpenedAccount | null;
  pending: PendingVault | null;
  deviceId: DeviceId | null;
  online: boolean;
}
