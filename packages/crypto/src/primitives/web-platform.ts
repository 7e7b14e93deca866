/**
 * The little of the web platform this package needs, typed here because it compiles without the DOM
 * and without Node types. Everything is looked up on `globalThis`; WebCrypto is absent on pages that
 * were not loaded securely, and the callers then use noble.
 */

/** An opaque WebCrypto key. */
export interface NativeKey {
  readonly type: string;
}

/** A key pair that WebCrypto made. */
export interface NativeKeyPair {
  readonly privateKey: NativeKey;
  readonly publicKey: NativeKey;
}

/** A private key as JWK (RFC 8037); importing one checks that `x` belongs to `d`. */
export interface OctetKeyPair {
  kty: 'OKP';
  crv: 'X25519';
  d: string;
  x: string;
}

/** The used part of `SubtleCrypto`. */
export interface Subtle {
  digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer>;
  importKey(
    format: 'raw' | 'pkcs8',
    data: Uint8Array,
    algorithm: string | { name: string; hash?: string },
    extractable: boolean,
    usages: string[],
  ): Promise<NativeKey>;
  importKey(
    format: 'jwk',
    data: OctetKeyPair,
    algorithm: string,
    extractable: boolean,
    usages: string[],
  ): Promise<NativeKey>;
  generateKey(algorithm: string, extractable: boolean, usages: string[]): Promise<NativeKeyPair>;
  exportKey(format: 'jwk', key: NativeKey): Promise<{ d?: string; x?: string }>;
  sign(algorithm: string, key: NativeKey, data: Uint8Array): Promise<ArrayBuffer>;
  verify(
    algorithm: string,
    key: NativeKey,
    signature: Uint8Array,
    data: Uint8Array,
  ): Promise<boolean>;
  deriveBits(algorithm: DeriveAlgorithm, key: NativeKey, lengthBits: number): Promise<ArrayBuffer>;
  encrypt(
    algorithm: GcmAlgorithm | CbcAlgorithm,
    key: NativeKey,
    data: Uint8Array,
  ): Promise<ArrayBuffer>;
  decrypt(
    algorithm: GcmAlgorithm | CbcAlgorithm,
    key: NativeKey,
    data: Uint8Array,
  ): Promise<ArrayBuffer>;
}

/** Parameters of `deriveBits`. */
export type DeriveAlgorithm =
  | { name: 'X25519'; public: NativeKey }
  | { name: 'PBKDF2'; hash: 'SHA-256'; salt: Uint8Array; iterations: number }
  | { name: 'HKDF'; hash: 'SHA-256'; salt: Uint8Array; info: Uint8Array };

/** Parameters of AES-GCM. */
export interface GcmAlgorithm {
  name: 'AES-GCM';
  iv: Uint8Array;
  additionalData: Uint8Array;
}

/** Parameters of AES-CBC. */
export interface CbcAlgorithm {
  name: 'AES-CBC';
  iv: Uint8Array;
}

interface Platform {
  crypto?: { subtle?: Subtle; getRandomValues(bytes: Uint8Array): Uint8Array };
  TextEncoder: new () => { encode(text: string): Uint8Array };
  TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

const platform = globalThis as unknown as Platform;

/** WebCrypto, where the platform has it. */
export function findSubtle(): Subtle | undefined {
  return platform.crypto?.subtle;
}

/** Fills `bytes`, at most 65,536 of them, from the system's generator. */
export function fillRandom(bytes: Uint8Array): void {
  if (!platform.crypto) throw new Error('this platform has no random generator');
  platform.crypto.getRandomValues(bytes);
}

/** A UTF-8 encoder. */
export function newTextEncoder(): { encode(text: string): Uint8Array } {
  return new platform.TextEncoder();
}

/** A UTF-8 decoder that throws on malformed input and keeps a byte order mark. */
export function newTextDecoder(): { decode(bytes: Uint8Array): string } {
  return new platform.TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
}
