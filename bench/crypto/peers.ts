/** The peers, installed into the system's temporary folder when the bench is run; and as much of them as is used. */
import { importOracle } from '../../packages/crypto/interop/install-oracle.ts';
import { libsignal } from '../../packages/crypto/interop/oracles/libsignal-device.ts';
import type { Libsignal } from '../../packages/crypto/interop/oracles/libsignal-device.ts';
import { matrixRooms, type MatrixRoom } from './matrix.ts';

interface NativePublicKey {
  serialize(): Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
  seal(message: Uint8Array, info: Uint8Array, aad: Uint8Array): Uint8Array;
}

interface NativePrivateKey {
  serialize(): Uint8Array;
  getPublicKey(): NativePublicKey;
  sign(message: Uint8Array): Uint8Array;
  agree(other: NativePublicKey): Uint8Array;
  open(sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): Uint8Array;
}

interface NativeAddress {
  name(): string;
  deviceId(): number;
}
interface Serializable {
  serialize(): Uint8Array;
}

/** What of libsignal is used here beside what its device for interop uses. */
export interface NativeLibsignal extends Omit<Libsignal, 'PrivateKey' | 'ProtocolAddress'> {
  PrivateKey: { generate(): NativePrivateKey; deserialize(bytes: Uint8Array): NativePrivateKey };
  ProtocolAddress: { new: (...parts: unknown[]) => NativeAddress };
  SenderKeyStore: new () => object;
  SenderKeyDistributionMessage: {
    create(sender: NativeAddress, id: string, store: object): Promise<Serializable>;
    deserialize(bytes: Uint8Array): Serializable;
  };
  processSenderKeyDistributionMessage(
    sender: NativeAddress,
    message: Serializable,
    store: object,
  ): Promise<void>;
  groupEncrypt(
    sender: NativeAddress,
    id: string,
    store: object,
    message: Uint8Array,
  ): Promise<Serializable>;
  groupDecrypt(sender: NativeAddress, store: object, message: Uint8Array): Promise<Uint8Array>;
}

interface Sodium {
  ready: Promise<void>;
  crypto_scalarmult(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  crypto_sign_keypair(): { privateKey: Uint8Array; publicKey: Uint8Array };
  crypto_sign_detached(message: Uint8Array, privateKey: Uint8Array): Uint8Array;
  crypto_sign_verify_detached(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
  ): boolean;
}

interface HpkeContext {
  enc: ArrayBuffer;
  seal(plaintext: Uint8Array, aad: Uint8Array): Promise<ArrayBuffer>;
  open(ciphertext: Uint8Array, aad: Uint8Array): Promise<ArrayBuffer>;
}
interface HpkeCore {
  CipherSuite: new (parts: object) => {
    createSenderContext(input: object): Promise<HpkeContext>;
    createRecipientContext(input: object): Promise<HpkeContext>;
  };
  DhkemX25519HkdfSha256: new () => {
    deserializePublicKey(bytes: Uint8Array): Promise<object>;
    deserializePrivateKey(bytes: Uint8Array): Promise<object>;
  };
  HkdfSha256: new () => object;
  Aes256Gcm: new () => object;
}

interface Olm {
  init(): Promise<void>;
  OutboundGroupSession: new () => {
    create(): void;
    session_key(): string;
    encrypt(text: string): string;
    free(): void;
  };
  InboundGroupSession: new () => {
    create(key: string): void;
    decrypt(message: string): { plaintext: string };
    free(): void;
  };
}

export interface Peers {
  lib: NativeLibsignal;
  matrix: () => Promise<MatrixRoom>;
  sodium: Sodium;
  hpke: HpkeCore;
  olm: Olm;
}

/** All of them, ready to be called. */
export async function loadPeers(): Promise<Peers> {
  const lib = (await libsignal('0.103.0')) as unknown as NativeLibsignal;
  const hpke = (await importOracle('@hpke/core', '1.9.0')) as HpkeCore;
  const { default: sodium } = (await importOracle('libsodium-wrappers', '0.7.15')) as {
    default: Sodium;
  };
  const { default: olm } = (await importOracle('@matrix-org/olm', '3.2.15')) as { default: Olm };
  await Promise.all([sodium.ready, olm.init()]);
  return { lib, matrix: await matrixRooms(), sodium, hpke, olm };
}
