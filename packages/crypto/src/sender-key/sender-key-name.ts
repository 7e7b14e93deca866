import { uuidBytes } from '../encoding/uuid.ts';
import { assertCount } from '../encoding/integers.ts';

/** Who sends: Signal's protocol address of a user id and a device number. */
export interface SenderAddress {
  /** User id, or a guest's session id; a canonical UUID. */
  name: string;
  /** Device number, 1 to 127. */
  deviceId: number;
}

/** Names one sender's keys in one group; stores are keyed by both, never by one of them. */
export class SenderKeyName {
  readonly groupId: string;
  readonly sender: Readonly<SenderAddress>;

  /** Throws `bad_encoding` for ids that are not canonical UUIDs. */
  constructor(groupId: string, sender: SenderAddress) {
    uuidBytes(groupId);
    uuidBytes(sender.name);
    assertCount(sender.deviceId, 'sender.deviceId', 127);
    if (sender.deviceId === 0) throw new RangeError('sender.deviceId: expected 1 to 127');
    this.groupId = groupId;
    this.sender = { name: sender.name, deviceId: sender.deviceId };
  }

  /** One text per name: ids have fixed lengths, so distinct names give distinct texts. */
  serialize(): string {
    return `${this.groupId}:${this.sender.name}.${this.sender.deviceId}`;
  }
}
