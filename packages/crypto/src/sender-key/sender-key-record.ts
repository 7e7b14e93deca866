import { ByteReader } from '../encoding/byte-reader.ts';
import { assertBytes, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors.ts';
import { maxSenderKeyStates } from './sender-key-limits.ts';
import { readState, serializeState, type SenderKeyState } from './sender-key-state.ts';

const recordVersion = 1;

/**
 * What is known of one sender in one group: up to 5 states, the newest first. A record is a value: the
 * methods give another one, and nothing changes until that one is stored.
 */
export class SenderKeyRecord {
  readonly states: readonly SenderKeyState[];

  constructor(states: readonly SenderKeyState[] = []) {
    this.states = states;
  }

  /** The state of a chain, if it is known. */
  find(chainId: number): SenderKeyState | undefined {
    return this.states.find((state) => state.chainId === chainId);
  }

  /**
   * The record with a new state in front. A state that is known already stays as it is and where it is, so
   * that an old distribution, sent again, rewinds nothing; one with the same chain id and another key is
   * replaced.
   */
  with(added: SenderKeyState): SenderKeyRecord {
    const known = this.find(added.chainId);
    if (known && equalBytes(known.signingKey, added.signingKey)) return this;
    const others = this.states.filter(({ chainId }) => chainId !== added.chainId);
    return new SenderKeyRecord([added, ...others].slice(0, maxSenderKeyStates));
  }

  /** The record with a state in the place of the one with its chain id. */
  replacing(changed: SenderKeyState): SenderKeyRecord {
    return new SenderKeyRecord(
      this.states.map((state) => (state.chainId === changed.chainId ? changed : state)),
    );
  }

  /** 0x01 ‖ number of states 1 ‖ states; secret, so keep it encrypted. */
  serialize(): Uint8Array {
    const head = Uint8Array.of(recordVersion, this.states.length);
    return concatBytes(head, ...this.states.map(serializeState));
  }

  /** Reads what {@link serialize} wrote; `bad_encoding`, or `bad_key` for a refused signing key. */
  static deserialize(bytes: Uint8Array): SenderKeyRecord {
    assertBytes(bytes, 'record');
    const reader = new ByteReader(bytes);
    if (reader.number(1) !== recordVersion) throw new CryptoError('bad_encoding');
    const count = reader.number(1);
    if (count > maxSenderKeyStates) throw new CryptoError('bad_encoding');
    const states: SenderKeyState[] = [];
    while (states.length < count) states.push(readState(reader));
    reader.end();
    return new SenderKeyRecord(states);
  }
}
