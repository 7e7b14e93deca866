import type { Profile, UserId } from '@sotto/protocol';
import type { Store } from '../store.ts';

/**
 * What is known about who a person is. `checked`: the safety code was compared on this device and the
 * key is the same since. `changed`: the relay offers another key; nothing is sent until it is accepted.
 * `doubtful`: their list of devices was set back or does not hold; nothing is sent until it holds again.
 */
export type Trust = 'unchecked' | 'checked' | 'changed' | 'doubtful';

export interface ContactState {
  status: 'loading' | 'ready' | 'locked' | 'not_found';
  profile: Profile | null;
  trust: Trust;
  /** Safety code with the key in use: 60 digits. */
  digits: string | null;
  /** The same for a camera. */
  qr: string | null;
  checkedAtMs: number | null;
  /** Certified devices of the person. */
  deviceCount: number;
  /** The key that is offered instead, while `changed`. */
  change: { digits: string; qr: string; wasChecked: boolean } | null;
}

export type ScanOutcome =
  /** The same keys on both screens: marked as checked. */
  | 'match'
  /** A code of these two people with another key. */
  | 'no_match'
  /** A safety code of somebody else. */
  | 'other_person'
  /** Not a safety code. */
  | 'malformed';

/** Who the people one talks with really are. */
export interface ContactsClient {
  /** The same store for the same id. */
  contact(userId: UserId): Store<ContactState>;
  /** The person says that the digits are the same. `conflict` if the key in use has other digits by now. */
  markChecked(input: { userId: UserId; digits: string }): Promise<void>;
  unmarkChecked(input: { userId: UserId }): Promise<void>;
  scanSafetyCode(input: { userId: UserId; scanned: string }): Promise<{ outcome: ScanOutcome }>;
  /** Takes the offered key as the person's, unchecked. `conflict` if another one is offered by now. */
  acceptKeyChange(input: { userId: UserId; digits: string }): Promise<void>;
}
