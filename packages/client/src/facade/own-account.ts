import type { DeviceId } from '@sotto/protocol';
import type { Store } from '../store.ts';

export interface OwnAccountState {
  status: 'loading' | 'ready' | 'locked';
  /**
   * Whether signing in asks for a second factor. `foreign`: the account has one at the auth service that
   * no device of it set up. Signing in does not ask for it; but while it is there, the auth service lets
   * neither it be removed, nor another be set up, nor the login password be changed. The operator can
   * remove it.
   */
  secondFactor: 'on' | 'off' | 'foreign';
}

/** One line of what happened to the account. */
export interface ActivityItem {
  id: number;
  atMs: number;
  /** A word of the relay, `device_registered` for one; the interface has sentences for those it knows. */
  action: string;
  deviceId: DeviceId | null;
  /** Name of that device, where it is known here. */
  deviceName: string | null;
  detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** A code from the app, or the recovery key where the app is lost. */
export type SecondFactorProof = { code: string } | { recoveryKey: string };

/** The own account: second factor, recovery key, record, export, end. */
export interface OwnAccountClient {
  readonly ownAccount: Store<OwnAccountState>;

  /** Begins to set up a second factor: what an authenticator app needs. Nothing is switched on yet. */
  startSecondFactor(): Promise<{ otpauthUrl: string; secret: string }>;
  /**
   * Switches it on. `code`: from the app (`wrong_code`). `recoveryKey`: the account's
   * (`wrong_recovery_key`), which is the way in when the app is lost.
   */
  confirmSecondFactor(input: { code: string; recoveryKey: string }): Promise<void>;
  /** Throws `wrong_code` or `wrong_recovery_key`. */
  stopSecondFactor(input: SecondFactorProof): Promise<void>;
  /** Phase `secondFactor`: the code from the app. */
  submitSecondFactor(input: { code: string }): Promise<void>;
  /** Phase `secondFactor`: the app is lost. */
  submitRecoveryKey(input: { recoveryKey: string }): Promise<void>;

  /**
   * Makes another recovery key; the old one ends when it is confirmed (`confirmNewRecoveryKey`).
   * Throws `wrong_chat_password`.
   */
  renewRecoveryKey(input: { chatPassword: string }): Promise<{ recoveryKey: string }>;
  /** As `confirmRecoveryKey`. */
  confirmNewRecoveryKey(input: { groups: { index: number; text: string }[] }): Promise<void>;

  /** Newest first; `before`: the last id of the page before. */
  listActivity(input: { before?: number }): Promise<{ items: ActivityItem[]; hasMore: boolean }>;
  /** Everything this device can read, as JSON text; readable by whoever gets the file. */
  exportData(): Promise<{ fileName: string; json: string }>;
  /**
   * Deletes the account and everything of it here and at the relay. Asks for the login password once
   * more, and for the second factor where there is one (`wrong_code`, `wrong_recovery_key`). An open
   * device of the account has to sign: a closed one is `locked`, a browser that is not a device yet
   * `forbidden`. Before the account has its first device the login password is enough.
   */
  deleteAccount(input: { password: string; code?: string; recoveryKey?: string }): Promise<void>;
}
