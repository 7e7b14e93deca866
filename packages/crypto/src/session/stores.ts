/**
 * What a session needs kept. Plain interfaces: the caller decides where. Every write has ended before a message or a
 * plaintext is handed out, in the order identity, session, prekeys. The session's write is what commits: before it a
 * message can be decrypted again, after it a second copy is refused.
 */
import type { AgreementKeyPair } from './agreement-key-pair.ts';
import type { KyberPreKeyRecord, PreKeyRecord, SignedPreKeyRecord } from './pre-key-records.ts';
import type { ProtocolAddress } from './protocol-address.ts';

/** Serialized session records by address. */
export interface SessionStore {
  loadSession(address: ProtocolAddress): Promise<Uint8Array | undefined>;
  storeSession(address: ProtocolAddress, record: Uint8Array): Promise<void>;
}

/** Own identity, and whose identity key was seen where. */
export interface IdentityKeyStore {
  getIdentityKeyPair(): Promise<AgreementKeyPair>;
  getLocalRegistrationId(): Promise<number>;
  /** Whether this key may be used with this address; asked before sending, and before anything opened is kept. */
  isTrustedIdentity(address: ProtocolAddress, identityKey: Uint8Array): Promise<boolean>;
  saveIdentity(address: ProtocolAddress, identityKey: Uint8Array): Promise<void>;
}

/** Own one-time prekeys. */
export interface PreKeyStore {
  loadPreKey(id: number): Promise<PreKeyRecord | undefined>;
  removePreKey(id: number): Promise<void>;
}

/** Own signed prekeys, the current one and those not yet expired. */
export interface SignedPreKeyStore {
  loadSignedPreKey(id: number): Promise<SignedPreKeyRecord | undefined>;
}

/** One use of a last-resort KEM prekey. */
export interface KyberPreKeyUse {
  kyberPreKeyId: number;
  signedPreKeyId: number;
  /** 33 bytes. */
  baseKey: Uint8Array;
}

/** Own KEM prekeys, and which handshakes the last-resort ones have seen. */
export interface KyberPreKeyStore {
  loadKyberPreKey(id: number): Promise<KyberPreKeyRecord | undefined>;
  removeKyberPreKey(id: number): Promise<void>;
  wasLastResortUsed(use: KyberPreKeyUse): Promise<boolean>;
  recordLastResortUse(use: KyberPreKeyUse): Promise<void>;
}

/** All of them. */
export interface ProtocolStores {
  sessions: SessionStore;
  identity: IdentityKeyStore;
  preKeys: PreKeyStore;
  signedPreKeys: SignedPreKeyStore;
  kyberPreKeys: KyberPreKeyStore;
}
