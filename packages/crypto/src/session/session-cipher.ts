import { assertBytes, equalBytes } from '../encoding/bytes.ts';
import { CryptoError, isCryptoError } from '../errors.ts';
import { giveWay } from '../primitives/give-way.ts';
import { systemRandom, type RandomSource } from '../primitives/random.ts';
import { acceptPreKeyMessage, usePreKeys } from './accept-pre-key-message.ts';
import { openWithRecord, type OpenContext, type OpenedMessage } from './open-message.ts';
import {
  handshakeHash,
  parsePreKeySignalMessage,
  serializePreKeySignalMessage,
  type PreKeySignalMessage,
} from './pre-key-signal-message.ts';
import { addressBytes, addressText, type ProtocolAddress } from './protocol-address.ts';
import { ratchetDecrypt } from './ratchet-decrypt.ts';
import { ratchetEncrypt } from './ratchet-encrypt.ts';
import { withRecordLock } from './record-lock.ts';
import {
  loadState,
  parseSessionRecord,
  peerVersionOr,
  promoteState,
  serializeSessionRecord,
  type PeerVersion,
  type SessionRecord,
  type SessionState,
} from './session-state.ts';
import { maxSessionMessageBytes, parseSignalMessage } from './signal-message.ts';
import type { ProtocolStores } from './stores.ts';

/** Copying or decoding more takes some 5 ms and more; a record can be 16 MiB. */
const bytesInOneSlice = 1_048_576;

/** A serialized message and how it is to be read. */
export interface CiphertextMessage {
  type: 'preKey' | 'signal';
  serialized: Uint8Array;
}

/** Keeps a plaintext before the key that opened it is gone. */
export type KeepPlaintext = (plaintext: Uint8Array) => Promise<void>;

/**
 * Encrypts to and decrypts from one device over a session.
 *
 * Calls on one record wait for each other. The store is written before a message or plaintext is handed
 * out, and only on success.
 */
export class SessionCipher {
  readonly #local: ProtocolAddress;
  readonly #remote: ProtocolAddress;
  readonly #stores: ProtocolStores;
  readonly #peerVersion: PeerVersion;
  readonly #random: RandomSource;
  /** What the store was last given, decoded. It holds while the store gives out the very same bytes. */
  #last: { bytes: Uint8Array; record: SessionRecord } | undefined;

  constructor(input: {
    localAddress: ProtocolAddress;
    remoteAddress: ProtocolAddress;
    stores: ProtocolStores;
    /** The oldest protocol that a new session of this peer may have; `addresses` unless pinned. */
    peerVersion?: PeerVersion;
    random?: RandomSource;
  }) {
    addressBytes(input.localAddress);
    addressBytes(input.remoteAddress);
    this.#local = input.localAddress;
    this.#remote = input.remoteAddress;
    this.#stores = input.stores;
    this.#peerVersion = peerVersionOr(input.peerVersion);
    this.#random = input.random ?? systemRandom;
  }

  /** Whether there is a session to encrypt with. */
  async hasSession(): Promise<boolean> {
    return (await this.#load()).current !== undefined;
  }

  /**
   * Encrypts up to 1 MiB (`too_large`). `bad_key` where there is no session yet, or its identity key is no
   * longer trusted. The message is a `preKey` one until the peer has answered.
   */
  async encrypt(plaintext: Uint8Array): Promise<CiphertextMessage> {
    assertBytes(plaintext, 'plaintext');
    if (plaintext.length > maxSessionMessageBytes) throw new CryptoError('too_large');
    return this.#locked(async () => {
      const record = await this.#load();
      if (!record.current) throw new CryptoError('bad_key', 'there is no session');
      const state = loadState(record.current);
      await this.#assertTrusted(state.remoteIdentity);
      const sent = await ratchetEncrypt({
        state,
        plaintext,
        sender: this.#local,
        recipient: this.#remote,
        random: this.#random,
      });
      await this.#store(record, sent.state);
      return wrap(sent.state, sent.message);
    });
  }

  /**
   * Decrypts a message of either type. Every failure to open is `open_failed`, a message that was read before
   * among them; `bad_key` for a message that opens under an identity key that the store does not trust.
   *
   * `keep` runs before the session is stored: a caller that keeps the plaintext there loses none to a crash, and may
   * be given one twice. If it throws, nothing is stored and the message can be decrypted again.
   */
  async decrypt(message: CiphertextMessage, keep?: KeepPlaintext): Promise<Uint8Array> {
    assertBytes(message.serialized, 'serialized');
    if (message.type === 'preKey') return this.#decryptPreKey(message.serialized, keep);
    if (message.type === 'signal') return this.#decryptSignal(message.serialized, keep);
    throw new TypeError('type: expected preKey or signal');
  }

  async #decryptSignal(serialized: Uint8Array, keep?: KeepPlaintext): Promise<Uint8Array> {
    const context = await opening(async () => this.#context(serialized, false));
    return this.#locked(async () => {
      const record = await this.#load();
      const opened = await opening(() => openWithRecord(record, context));
      return this.#commit(record, opened, keep);
    });
  }

  async #decryptPreKey(serialized: Uint8Array, keep?: KeepPlaintext): Promise<Uint8Array> {
    const first = await opening(async () => parsePreKeySignalMessage(serialized));
    const context = await opening(async () => this.#context(first.message, true));
    return this.#locked(async () => {
      const record = await this.#load();
      const known = findSession(record, first.baseKey);
      if (known) {
        await opening(() => assertSameHandshake(known, first));
        // Where the process ended between storing the session and this, the prekeys are still there.
        await usePreKeys(this.#stores, first);
        const opened = await opening(() => ratchetDecrypt({ ...context, state: known }));
        return this.#commit(record, opened, keep);
      }
      // Two first messages must not both use one one-time prekey.
      return withRecordLock(this.#stores.preKeys, 'prekeys', async () => {
        const [stores, peerVersion] = [this.#stores, this.#peerVersion];
        const opened = await opening(() =>
          acceptPreKeyMessage({ first, context, stores, peerVersion }),
        );
        await this.#assertTrusted(opened.state.remoteIdentity);
        // Before the session: with a session, nobody asks again whose key it is.
        await stores.identity.saveIdentity(this.#remote, first.identityKey);
        await this.#commit(record, opened, keep);
        await usePreKeys(stores, first);
        return opened.plaintext;
      });
    });
  }

  #context(serialized: Uint8Array, inPreKeyMessage: boolean): OpenContext {
    return {
      message: parseSignalMessage(serialized),
      inPreKeyMessage,
      sender: this.#remote,
      recipient: this.#local,
      random: this.#random,
    };
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withRecordLock(this.#stores.sessions, addressText(this.#remote), work);
  }

  async #load(): Promise<SessionRecord> {
    const bytes = await this.#stores.sessions.loadSession(this.#remote);
    const last = this.#last;
    if (bytes && last && equalBytes(bytes, last.bytes)) return last.record;
    const record = parseSessionRecord(bytes);
    if (bytes && bytes.length > bytesInOneSlice) await giveWay();
    return record;
  }

  async #store(record: SessionRecord, state: SessionState): Promise<void> {
    this.#last = undefined;
    const changed = promoteState(record, state);
    const bytes = serializeSessionRecord(changed);
    if (bytes.length > bytesInOneSlice) await giveWay();
    const kept = Uint8Array.from(bytes);
    await this.#stores.sessions.storeSession(this.#remote, bytes);
    this.#last = { bytes: kept, record: changed };
  }

  async #commit(
    record: SessionRecord,
    opened: OpenedMessage,
    keep: KeepPlaintext | undefined,
  ): Promise<Uint8Array> {
    await this.#assertTrusted(opened.state.remoteIdentity);
    await keep?.(opened.plaintext);
    await this.#store(record, opened.state);
    return opened.plaintext;
  }

  async #assertTrusted(identityKey: Uint8Array): Promise<void> {
    if (!(await this.#stores.identity.isTrustedIdentity(this.#remote, identityKey))) {
      throw new CryptoError('bad_key', 'the identity key is not trusted');
    }
  }
}

function wrap(state: SessionState, message: Uint8Array): CiphertextMessage {
  const { pendingPreKey } = state;
  if (!pendingPreKey) return { type: 'signal', serialized: message };
  const serialized = serializePreKeySignalMessage({
    ...pendingPreKey,
    baseKey: state.baseKey,
    identityKey: state.localIdentity,
    message,
    registrationId: state.localRegistrationId,
  });
  return { type: 'preKey', serialized };
}

function findSession(record: SessionRecord, baseKey: Uint8Array): SessionState | undefined {
  const all = [...(record.current ? [record.current] : []), ...record.archived];
  const stored = all.find((session) => equalBytes(session.baseKey, baseKey));
  return stored && loadState(stored);
}

/** A repeated handshake names its session; all of it must be as it was the first time. */
async function assertSameHandshake(state: SessionState, first: PreKeySignalMessage): Promise<void> {
  const hash = await handshakeHash(first);
  if (!state.handshakeHash || !equalBytes(state.handshakeHash, hash)) {
    throw new CryptoError('open_failed');
  }
}

/** Every refusal inside becomes the one `open_failed`, without a cause. */
async function opening<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCryptoError(error)) throw new CryptoError('open_failed');
    throw error;
  }
}
