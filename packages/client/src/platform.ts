import type { DeviceType, Handshake } from '@sotto/protocol';
import type { StoragePort } from './storage/storage-port.ts';

/** Wall-clock time and timers. Idle locking reads `now` as well as timers, so neither alone can extend it. */
export interface Clock {
  /** Whole milliseconds since 1970, by the wall clock. */
  now(): number;
  /** Calls `fire` once after `afterMs`; returns the function that prevents it. */
  setTimer(afterMs: number, fire: () => void): () => void;
}

/** `length` random bytes of cryptographic quality. */
export type RandomSource = (length: number) => Uint8Array;

/** What a socket tells its owner. Bodies are raw: the engine parses them. After `onClose` nothing follows. */
export interface SocketListener {
  /** The handshake was accepted; the device challenge comes next, as an event. */
  onOpen(): void;
  /** `answer` is there when the relay asked for an acknowledgement. */
  onEvent(name: string, body: unknown, answer: ((value: unknown) => void) | null): void;
  /** Refused, lost or closed. `refusal`: `data` of a refused handshake, raw; null otherwise. */
  onClose(refusal: unknown): void;
}

/** One connection attempt and, when it holds, one connection. Never reconnects by itself. */
export interface SocketConnection {
  /** Resolves with the raw acknowledgement; rejects when none comes in `timeoutMs` or the socket closes. */
  request(name: string, body: unknown, timeoutMs: number): Promise<unknown>;
  close(): void;
}

/** The engine's only way out. `createNetworkTransport` is the real one; a simulator may bring its own. */
export interface Transport {
  /** HTTP to the relay and to Supabase Auth. */
  fetch: (input: string, init?: RequestInit) => Promise<Response>;
  openSocket(options: {
    relayUrl: string;
    handshake: Handshake;
    listener: SocketListener;
  }): SocketConnection;
}

/**
 * Everything the engine needs from where it runs. One engine per storage at a time: the caller
 * guarantees it (Web Locks in a browser, a lock file in a folder).
 */
export interface Platform {
  clock: Clock;
  random: RandomSource;
  /** Opens the store of this installation; called once at start, and once more after `eraseDevice`. */
  openStorage(): Promise<StoragePort>;
  /** Origin of the relay, without a trailing slash: `https://chat.example`. */
  relayUrl: string;
  transport: Transport;
  deviceType: DeviceType;
  /** Shown in the account's device list, e.g. `Firefox on Linux`; at most 64 characters. */
  deviceName: string;
}
