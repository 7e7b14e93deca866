import {
  ackSchema,
  clientEvents,
  deviceChallengeEvent,
  deviceChallengeSchema,
  handshakeRefusalSchema,
  protocolVersion,
  relayEvents,
} from '@sotto/protocol';
import type {
  ClientEventName,
  ClientEventRequest,
  ClientEventResponse,
  DeviceId,
  HandshakeRefusal,
  RelayEventBody,
  RelayEventName,
} from '@sotto/protocol';
import type * as z from 'zod/mini';
import { ClientError, isClientError } from '../client-error.ts';
import type { WritableStore } from '../engine/writable-store.ts';
import type { ConnectionState } from '../facade.ts';
import type { Platform, SocketConnection } from '../platform.ts';
import type { AnyBytes } from './any-bytes.ts';
import { retryDelayMs } from './retry-delay.ts';
import { WireFailure } from './wire-failure.ts';

/** What a connection needs to know of its owner. */
export interface ConnectionOwner {
  deviceId: DeviceId;
  /**
   * A token of an auth session that is bound to this device. `rejected` after the relay refused one.
   * Throws `offline` or `unavailable` to wait and try again, anything else to stop.
   */
  accessToken(rejected: boolean): Promise<string>;
  /** The device's signature over the relay's nonce, for the session of the last token. */
  signChallenge(nonce: Uint8Array): Promise<Uint8Array>;
  /** Online again: everything missed has to be fetched. */
  onReady(): void;
  onEvent<Name extends RelayEventName>(name: Name, body: RelayEventBody<Name>): void;
  /** The connection gave up for a reason that waiting does not cure. */
  onEnded(code: 'session_ended' | 'device_revoked' | 'version_unsupported'): void;
}

/**
 * Keeps one proven socket to the relay. States: waiting → connecting → proving → online → waiting …
 * A socket counts as online only after `session:ready`, which the relay sends when the device's
 * signature over its nonce held.
 */
export interface RelayConnection {
  start(): void;
  stop(): void;
  /** Starts the next try now instead of after its delay. */
  hurry(): void;
  /** Platform hint; `false` closes and waits for `true`. */
  setOnline(online: boolean): void;
  isOnline(): boolean;
  /** Throws `offline`, a `WireFailure`, or `untrusted` for a malformed acknowledgement. */
  request<Name extends ClientEventName>(
    name: Name,
    body: AnyBytes<ClientEventRequest<Name>>,
  ): Promise<ClientEventResponse<Name>>;
}

const acknowledgementTimeoutMs = 15_000;
/** From opening the socket to `session:ready`. */
const readyTimeoutMs = 20_000;

export function createRelayConnection(options: {
  platform: Platform;
  state: WritableStore<ConnectionState>;
  owner: ConnectionOwner;
}): RelayConnection {
  const { platform, state, owner } = options;
  const { clock, random } = platform;
  let running = false;
  let hintOnline = true;
  let attempt = 0;
  let tokenRejected = false;
  let socket: SocketConnection | null = null;
  /** Raised whenever what an older callback reports no longer matters. */
  let generation = 0;
  let cancelTimer: () => void = () => undefined;
  let online = false;

  function wait(delayMs: number): void {
    cancelTimer();
    state.set({ status: 'offline', retryAtMs: hintOnline ? clock.now() + delayMs : null });
    if (hintOnline) cancelTimer = clock.setTimer(delayMs, () => void connect());
  }

  function drop(): void {
    generation += 1;
    online = false;
    cancelTimer();
    const closing = socket;
    socket = null;
    closing?.close();
  }

  function retry(atLeastMs = 0): void {
    drop();
    if (!running) return;
    const delayMs = Math.max(atLeastMs, retryDelayMs({ attempt, random }));
    attempt += 1;
    wait(delayMs);
  }

  function end(code: 'session_ended' | 'device_revoked' | 'version_unsupported'): void {
    running = false;
    drop();
    state.set({ status: 'offline', retryAtMs: null });
    owner.onEnded(code);
  }

  function refused(refusal: HandshakeRefusal): void {
    switch (refusal.code) {
      case 'version_unsupported':
        return end('version_unsupported');
      case 'gone':
        return end('device_revoked');
      case 'unauthenticated': {
        // The first refusal is cured by a fresh token; only the auth service may end a session.
        const again = tokenRejected;
        tokenRejected = true;
        drop();
        return again ? retry() : void connect();
      }
      case 'rate_limited':
      case 'unavailable':
        return retry(refusal.retryAfterMs ?? 0);
    }
  }

  async function connect(): Promise<void> {
    if (!running || !hintOnline) return;
    drop();
    const mine = generation;
    state.set({ status: 'connecting', retryAtMs: null });
    let token: string;
    try {
      token = await owner.accessToken(tokenRejected);
    } catch (error) {
      if (mine !== generation) return;
      if (isClientError(error, 'session_ended') || isClientError(error, 'signed_out')) {
        return end('session_ended');
      }
      if (isClientError(error, 'device_revoked')) return end('device_revoked');
      return retry();
    }
    if (mine !== generation) return;
    cancelTimer = clock.setTimer(readyTimeoutMs, () => retry());
    try {
      socket = open(token, mine);
    } catch {
      retry();
    }
  }

  function open(token: string, mine: number): SocketConnection {
    return platform.transport.openSocket({
      relayUrl: platform.relayUrl,
      handshake: { token, deviceId: owner.deviceId, protocolVersion },
      listener: {
        onOpen: () => undefined,
        onEvent: (name, body, answer) => {
          if (mine === generation) received(name, body, answer);
        },
        onClose: (refusal) => {
          if (mine !== generation) return;
          const parsed = handshakeRefusalSchema.safeParse(refusal);
          if (parsed.success) refused(parsed.data);
          else retry();
        },
      },
    });
  }

  function received(name: string, body: unknown, answer: ((value: unknown) => void) | null): void {
    if (name === deviceChallengeEvent) return void prove(body, answer);
    if (!isRelayEventName(name)) return;
    const parsed = (relayEvents[name].body as z.ZodMiniType).safeParse(body);
    if (!parsed.success) return;
    if (name === 'session:ready') {
      cancelTimer();
      attempt = 0;
      tokenRejected = false;
      online = true;
      state.set({ status: 'online', retryAtMs: null });
      return owner.onReady();
    }
    if (name === 'session:expired') {
      tokenRejected = true;
      drop();
      return void connect();
    }
    owner.onEvent(name, parsed.data as never);
  }

  async function prove(body: unknown, answer: ((value: unknown) => void) | null): Promise<void> {
    const mine = generation;
    const parsed = deviceChallengeSchema.safeParse(body);
    if (!parsed.success || !answer) return;
    const signature = await owner.signChallenge(parsed.data.nonce).catch(() => null);
    if (mine === generation && signature) answer({ signature });
  }

  return {
    start() {
      if (running) return;
      running = true;
      attempt = 0;
      if (hintOnline) void connect();
      else wait(0);
    },
    stop() {
      running = false;
      drop();
      state.set({ status: 'offline', retryAtMs: null });
    },
    hurry() {
      if (!running || state.getSnapshot().status !== 'offline') return;
      attempt = 0;
      void connect();
    },
    setOnline(next) {
      if (next === hintOnline) return;
      hintOnline = next;
      attempt = 0;
      if (!running) return;
      if (next) return void connect();
      drop();
      wait(0);
    },
    isOnline: () => online,
    async request(name, body) {
      const using = socket;
      if (!using || !online) throw new ClientError('offline');
      const definition = clientEvents[name];
      const request = (definition.request as z.ZodMiniType).safeParse(body);
      if (!request.success) throw new ClientError('internal', { cause: request.error });
      const raw = await using.request(name, request.data, acknowledgementTimeoutMs);
      const ack = ackSchema(definition.response as z.ZodMiniType).safeParse(raw);
      if (!ack.success) throw new ClientError('untrusted', { cause: ack.error });
      if (!ack.data.ok) throw new WireFailure(ack.data.error, clock.now());
      return ack.data.data as never;
    },
  };
}

function isRelayEventName(name: string): name is RelayEventName {
  return Object.hasOwn(relayEvents, name);
}
