/** A device run by the oracle `@signalapp/libsignal-client`, through its public interface. */
import type { CiphertextMessage, PreKeyBundle, ProtocolAddress } from '../../src/index.ts';
import { importOracle } from '../install-oracle.ts';

interface Serializable {
  serialize(): Uint8Array;
}
interface PublicKey extends Serializable {
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}
interface PrivateKey extends Serializable {
  getPublicKey(): PublicKey;
  sign(message: Uint8Array): Uint8Array;
}
interface KemKeyPair {
  getPublicKey(): Serializable;
}
interface Ciphertext extends Serializable {
  type(): number;
}
interface Address {
  name(): string;
  deviceId(): number;
}
type Make<T> = (...parts: unknown[]) => T;
type Run<T> = (...parts: unknown[]) => Promise<T>;
type Store = new () => object;

/** As much of the package's interface as is used here. */
export interface Libsignal {
  PrivateKey: { generate(): PrivateKey; deserialize(bytes: Uint8Array): PrivateKey };
  PublicKey: { deserialize(bytes: Uint8Array): PublicKey };
  KEMKeyPair: { generate(): KemKeyPair };
  KEMPublicKey: { deserialize(bytes: Uint8Array): Serializable };
  IdentityKeyPair: new (publicKey: PublicKey, privateKey: PrivateKey) => object;
  ProtocolAddress: { new: Make<Address> };
  PreKeyRecord: { new: Make<object> };
  SignedPreKeyRecord: { new: Make<object> };
  KyberPreKeyRecord: { new: Make<object> };
  PreKeyBundle: { new: Make<object> };
  SignalMessage: { deserialize: Make<object> };
  PreKeySignalMessage: { deserialize: Make<object> };
  SessionStore: Store;
  IdentityKeyStore: Store;
  PreKeyStore: Store;
  SignedPreKeyStore: Store;
  KyberPreKeyStore: Store;
  processPreKeyBundle: Run<void>;
  signalEncrypt: Run<Ciphertext>;
  signalDecrypt: Run<Uint8Array>;
  signalDecryptPreKey: Run<Uint8Array>;
}

/** Installs and imports one version. */
export async function libsignal(version: string): Promise<Libsignal> {
  return (await importOracle('@signalapp/libsignal-client', version)) as Libsignal;
}

/** Any stored object by number or address. */
function storeOf(Base: Store, methods: Record<string, (...parts: never[]) => unknown>): object {
  return Object.assign(new Base(), methods);
}

const textOf = (address: Address): string => `${address.name()}.${address.deviceId()}`;

/** Versions from 0.103 on take the local address too. */
const withLocalAddress = 5;
const preKeyMessageType = 3;
const now = (): number => Date.now();

/** The device. */
export class LibsignalDevice {
  readonly #lib: Libsignal;
  readonly #address: ProtocolAddress;
  readonly #identity: PrivateKey;
  readonly #stores: Record<'session' | 'identity' | 'preKey' | 'signed' | 'kyber', object>;
  readonly #preKeys = new Map<number, object>();
  readonly #signed = new Map<number, object>();
  readonly #kyber = new Map<number, object>();

  constructor(lib: Libsignal, address: ProtocolAddress) {
    this.#lib = lib;
    this.#address = address;
    this.#identity = lib.PrivateKey.generate();
    const sessions = new Map<string, object>();
    const identities = new Map<string, object>();
    this.#stores = {
      session: storeOf(lib.SessionStore, {
        saveSession: async (at: Address, record: object) => void sessions.set(textOf(at), record),
        getSession: async (at: Address) => sessions.get(textOf(at)) ?? null,
        getExistingSessions: async (all: Address[]) => all.map((at) => sessions.get(textOf(at))),
      }),
      identity: storeOf(lib.IdentityKeyStore, {
        getIdentityKey: async () => this.#identity,
        getIdentityKeyPair: async () =>
          new lib.IdentityKeyPair(this.#identity.getPublicKey(), this.#identity),
        getLocalRegistrationId: async () => 77,
        isTrustedIdentity: async () => true,
        saveIdentity: async (at: Address, key: object) => {
          identities.set(textOf(at), key);
          return 0;
        },
        getIdentity: async (at: Address) => identities.get(textOf(at)) ?? null,
      }),
      preKey: storeOf(lib.PreKeyStore, {
        savePreKey: async (id: number, record: object) => void this.#preKeys.set(id, record),
        getPreKey: async (id: number) => this.#preKeys.get(id),
        removePreKey: async (id: number) => void this.#preKeys.delete(id),
      }),
      signed: storeOf(lib.SignedPreKeyStore, {
        saveSignedPreKey: async (id: number, record: object) => void this.#signed.set(id, record),
        getSignedPreKey: async (id: number) => this.#signed.get(id),
      }),
      kyber: storeOf(lib.KyberPreKeyStore, {
        saveKyberPreKey: async (id: number, record: object) => void this.#kyber.set(id, record),
        getKyberPreKey: async (id: number) => this.#kyber.get(id),
        markKyberPreKeyUsed: async () => undefined,
      }),
    };
  }

  /** Makes prekeys and publishes them. */
  bundle(oneTime: boolean): PreKeyBundle {
    const { PrivateKey, KEMKeyPair, PreKeyRecord, SignedPreKeyRecord, KyberPreKeyRecord } =
      this.#lib;
    const [signed, kem] = [PrivateKey.generate(), KEMKeyPair.generate()];
    const signedKey = signed.getPublicKey();
    const kemKey = kem.getPublicKey().serialize();
    const signature = this.#identity.sign(signedKey.serialize());
    const kemSignature = this.#identity.sign(kemKey);
    this.#signed.set(2, SignedPreKeyRecord.new(2, now(), signedKey, signed, signature));
    this.#kyber.set(3, KyberPreKeyRecord.new(3, now(), kem, kemSignature));
    const one = PrivateKey.generate();
    if (oneTime) this.#preKeys.set(4, PreKeyRecord.new(4, one.getPublicKey(), one));
    return {
      registrationId: 77,
      identityKey: plain(this.#identity.getPublicKey().serialize()),
      ...(oneTime ? { preKey: { id: 4, publicKey: plain(one.getPublicKey().serialize()) } } : {}),
      signedPreKey: {
        id: 2,
        publicKey: plain(signedKey.serialize()),
        signature: plain(signature),
      },
      kyberPreKey: { id: 3, publicKey: plain(kemKey), signature: plain(kemSignature) },
    };
  }

  /** Begins a session from a bundle of ours; without its KEM prekey, old versions fall back to X3DH. */
  async start(remote: ProtocolAddress, bundle: PreKeyBundle, withKem = true): Promise<void> {
    const { PublicKey, KEMPublicKey, PreKeyBundle, processPreKeyBundle } = this.#lib;
    const made = PreKeyBundle.new(
      bundle.registrationId,
      remote.deviceId,
      bundle.preKey?.id ?? null,
      bundle.preKey ? PublicKey.deserialize(bundle.preKey.publicKey) : null,
      bundle.signedPreKey.id,
      PublicKey.deserialize(bundle.signedPreKey.publicKey),
      bundle.signedPreKey.signature,
      PublicKey.deserialize(bundle.identityKey),
      withKem ? bundle.kyberPreKey.id : null,
      withKem ? KEMPublicKey.deserialize(bundle.kyberPreKey.publicKey) : null,
      withKem ? bundle.kyberPreKey.signature : null,
    );
    const { session, identity } = this.#stores;
    await processPreKeyBundle(made, ...this.#addresses(remote), session, identity);
  }

  /** Encrypts to an address. */
  async encrypt(remote: ProtocolAddress, plaintext: Uint8Array): Promise<CiphertextMessage> {
    const { session, identity } = this.#stores;
    const at = this.#addresses(remote);
    const message = await this.#lib.signalEncrypt(plaintext, ...at, session, identity);
    return {
      type: message.type() === preKeyMessageType ? 'preKey' : 'signal',
      serialized: plain(message.serialize()),
    };
  }

  /** Decrypts from an address. */
  async decrypt(remote: ProtocolAddress, message: CiphertextMessage): Promise<Uint8Array> {
    const { session, identity, preKey, signed, kyber } = this.#stores;
    const { SignalMessage, PreKeySignalMessage, signalDecrypt, signalDecryptPreKey } = this.#lib;
    const at = this.#addresses(remote);
    if (message.type === 'signal') {
      const parsed = SignalMessage.deserialize(message.serialized);
      return plain(await signalDecrypt(parsed, ...at, session, identity));
    }
    const parsed = PreKeySignalMessage.deserialize(message.serialized);
    return plain(
      await signalDecryptPreKey(parsed, ...at, session, identity, preKey, signed, kyber),
    );
  }

  #addresses(remote: ProtocolAddress): Address[] {
    const make = ({ name, deviceId }: ProtocolAddress): Address =>
      this.#lib.ProtocolAddress.new(name, deviceId);
    const local = this.#lib.signalEncrypt.length >= withLocalAddress;
    return local ? [make(remote), make(this.#address)] : [make(remote)];
  }
}

/** The package hands out Node buffers. */
function plain(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
