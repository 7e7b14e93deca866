/** One Double Ratchet session as plain data, and the record of all sessions with one address. */
import { equalBytes } from '../encoding/bytes.ts';
import { kyber1024WireBytes } from '../kem/kyber-1024.ts';
import {
  decodeVersioned,
  encodeVersioned,
  fields,
  fixedBytes,
  lengthPrefixed,
  list,
  oneOf,
  optional,
  uint,
  type Codec,
  type Decoded,
} from './record-codec.ts';
import { receiverChainCodec } from './receiver-chain.ts';

/**
 * The oldest form of the protocol that is accepted from a peer.
 *
 * `addresses`, the default: post-quantum ratchet, and addresses in first messages. `spqr`: addresses may be
 * absent, and a peer's messages before our first answer may lack the ratchet's key. `pqxdh`: no ratchet.
 */
export type PeerVersion = 'pqxdh' | 'spqr' | 'addresses';

const peerVersions: readonly PeerVersion[] = ['pqxdh', 'spqr', 'addresses'];

/** The caller's choice, `addresses` if there is none; `TypeError` for another word. */
export function peerVersionOr(chosen: PeerVersion | undefined): PeerVersion {
  const version = chosen ?? 'addresses';
  if (!peerVersions.includes(version)) throw new TypeError('peerVersion: not a version');
  return version;
}

/** Chains of the peer's last ratchet keys that are kept for late messages. */
export const maximumReceiverChains = 5;

/** Sessions kept beside the current one. */
const maximumArchivedSessions = 40;

const maximumStateBytes = 4_194_304;

const keyPairCodec = fields({ privateKey: fixedBytes(32), publicKey: fixedBytes(33) });

const stateCodec = fields({
  peerVersion: oneOf(peerVersions),
  localIdentity: fixedBytes(33),
  remoteIdentity: fixedBytes(33),
  localRegistrationId: uint,
  remoteRegistrationId: uint,
  /** The initiator's base key: names the handshake. */
  baseKey: fixedBytes(33),
  /** The responder's: hash of all that the initiator repeats until it has an answer. */
  handshakeHash: optional(fixedBytes(32)),
  rootKey: fixedBytes(32),
  sender: fields({ ratchetKeyPair: keyPairCodec, chainKey: fixedBytes(32), index: uint }),
  previousCounter: uint,
  receivers: list(receiverChainCodec, maximumReceiverChains),
  /** Until the peer has answered, every message repeats the handshake. */
  pendingPreKey: optional(
    fields({
      preKeyId: optional(uint),
      signedPreKeyId: uint,
      kyberPreKeyId: uint,
      kyberCiphertext: fixedBytes(kyber1024WireBytes),
    }),
  ),
  pqRatchet: optional(lengthPrefixed(maximumStateBytes)),
});

/** A session. */
export type SessionState = Decoded<typeof stateCodec>;

const storedCodec = fields({ baseKey: fixedBytes(33), state: lengthPrefixed(maximumStateBytes) });

/** A serialized session with the base key that names it. */
export type StoredSession = Decoded<typeof storedCodec>;

/** All sessions with one address; the newest archived one first. */
export interface SessionRecord {
  current: StoredSession | undefined;
  archived: StoredSession[];
}

const recordCodec: Codec<SessionRecord> = fields({
  current: optional(storedCodec),
  archived: list(storedCodec, maximumArchivedSessions),
});

/** Version of the records' encoding; another is `bad_encoding`. */
const recordVersion = 1;

/** What a stored session was made from, or has been read as, for as long as somebody keeps it. */
const states = new WeakMap<StoredSession, SessionState>();

/** The state as bytes. */
export function storeState(state: SessionState): StoredSession {
  const bytes = encodeVersioned(stateCodec, recordVersion, state);
  const stored = { baseKey: state.baseKey, state: bytes };
  states.set(stored, state);
  return stored;
}

/** The state of bytes; `bad_encoding`. */
export function loadState(stored: StoredSession): SessionState {
  const known = states.get(stored);
  if (known) return known;
  const state = decodeVersioned(stateCodec, recordVersion, stored.state);
  states.set(stored, state);
  return state;
}

/** The record as bytes; versioned. */
export function serializeSessionRecord(record: SessionRecord): Uint8Array {
  return encodeVersioned(recordCodec, recordVersion, record);
}

/** The record of bytes, an empty one of none; `bad_encoding`. */
export function parseSessionRecord(bytes: Uint8Array | undefined): SessionRecord {
  if (!bytes) return { current: undefined, archived: [] };
  return decodeVersioned(recordCodec, recordVersion, bytes);
}

/** The record with `state` in front: in its own place if it was there, and what was current archived. */
export function promoteState(record: SessionRecord, state: SessionState): SessionRecord {
  const stored = storeState(state);
  const others = [...(record.current ? [record.current] : []), ...record.archived].filter(
    (other) => !equalBytes(other.baseKey, stored.baseKey),
  );
  return { current: stored, archived: others.slice(0, maximumArchivedSessions) };
}
