import type { SenderKeyName } from './sender-key-name.ts';
import type { SenderKeyRecord } from './sender-key-record.ts';

/**
 * Keeps records by sender and group. `storeSenderKey` must have made the record durable when it
 * resolves: a message is handed out, or a plaintext given, only after that.
 */
export interface SenderKeyStore {
  loadSenderKey(name: SenderKeyName): Promise<SenderKeyRecord | undefined>;
  storeSenderKey(name: SenderKeyName, record: SenderKeyRecord): Promise<void>;
}

/** A store that forgets everything with the process. */
export class InMemorySenderKeyStore implements SenderKeyStore {
  readonly #records = new Map<string, SenderKeyRecord>();

  async loadSenderKey(name: SenderKeyName): Promise<SenderKeyRecord | undefined> {
    return this.#records.get(name.serialize());
  }

  async storeSenderKey(name: SenderKeyName, record: SenderKeyRecord): Promise<void> {
    this.#records.set(name.serialize(), record);
  }
}
