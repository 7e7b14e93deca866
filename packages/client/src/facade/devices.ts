import type { DeviceId, DeviceType, LinkId } from '@sotto/protocol';
import type { Store } from '../store.ts';

/** A device of the own account. */
export interface DeviceSummary {
  deviceId: DeviceId;
  name: string;
  /** False when the relay tells another name than the manifest certifies. */
  nameCertified: boolean;
  deviceType: DeviceType;
  thisDevice: boolean;
  /** Came to the account since `acknowledgeDevices` was called here last. */
  isNew: boolean;
  addedAtMs: number;
  /** The relay's word; null when it was never connected. */
  lastSeenAtMs: number | null;
  /** Seals to it withstand a quantum computer. */
  postQuantum: boolean;
}

export interface RemovedDevice {
  deviceId: DeviceId;
  name: string;
  removedAtMs: number;
}

/** Somebody who knows the login password asks to be let into this account. */
export interface LinkRequest {
  linkId: LinkId;
  /** What the asking side calls itself; certified from `comparing` on. */
  deviceName: string;
  deviceType: DeviceType;
  requestedAtMs: number;
  expiresAtMs: number;
  /**
   * `new`: nothing was answered. `waiting`: answered, the other side has not revealed its key yet.
   * `comparing`: `code` is to be compared with the other screen. `scanned`: the camera has compared.
   * `busy`: another device of the account has answered. `delivered`: let in; ends by itself.
   */
  step: 'new' | 'waiting' | 'comparing' | 'scanned' | 'busy' | 'delivered';
  /** Six digits. */
  code: string | null;
}

export interface DevicesState {
  status: 'loading' | 'ready' | 'locked';
  /** This device first, then the newest. */
  devices: readonly DeviceSummary[];
  removed: readonly RemovedDevice[];
  requests: readonly LinkRequest[];
  /**
   * Removing a device changes the vault's key and the account key. False on a device where the chat password
   * was not typed yet, in an account without a recovery key that the password vouches for, as those from
   * before, until one is made anew; and while not `ready`.
   */
  changesKeys: boolean;
  /**
   * A removal left the keys as they were, so the removed device knows them still, and this device cannot
   * change them: not before the chat password is typed here (lock and unlock), or a recovery key made anew.
   */
  keysDue: boolean;
  /**
   * The relay tells an older or another story of the own devices than this device holds. `rollback` also
   * while it keeps refusing a vault that names the newest manifest or shows an older one than it stored:
   * it could tell an older chain then; and while it does not give the vault that goes with a removal.
   */
  alarm: 'rollback' | 'untrusted' | null;
}

/** How far this installation has come in being let in by another device (phase `newDevice`). */
export type LinkState =
  /** `qr`: text of the code to show to the other device's camera. */
  | { step: 'waiting'; qr: string; expiresAtMs: number }
  /** Six digits to compare with the other screen, then `confirmLink`. */
  | { step: 'comparing'; code: string }
  /** Proven from here; the other device has to agree. */
  | { step: 'joining' }
  | { step: 'ended'; cause: 'declined' | 'expired' | 'mismatch' };

/** Devices of the own account. */
export interface DevicesClient {
  readonly devices: Store<DevicesState>;
  renameDevice(input: { deviceId: DeviceId; name: string }): Promise<void>;
  /**
   * Signs a manifest without it; with `changesKeys`, under new keys. This device itself is refused
   * (`forbidden`): sign out and erase instead.
   */
  removeDevice(input: { deviceId: DeviceId }): Promise<void>;
  /** The person knows of these devices: none of them is `isNew` from now on, on this device. */
  acknowledgeDevices(input: { deviceIds: readonly DeviceId[] }): Promise<void>;

  /** Phase `newDevice`: asks the other devices; `session` shows how it goes. Throws `too_many_devices`. */
  startLink(): Promise<void>;
  /** The person says that both screens show the same digits. */
  confirmLink(): Promise<void>;
  cancelLink(): Promise<void>;

  /** Answers a request: by its id, to compare digits, or by what a camera read (`not_found`, `untrusted`). */
  answerLink(input: { linkId: LinkId } | { scanned: string }): Promise<{ linkId: LinkId }>;
  /** Lets the device in, after `comparing` or `scanned`. */
  approveLink(input: { linkId: LinkId }): Promise<void>;
  declineLink(input: { linkId: LinkId }): Promise<void>;
}
