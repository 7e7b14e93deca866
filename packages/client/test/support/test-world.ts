import { startTestStack } from '@sotto/local-supabase/testing';
import type { TestStack } from '@sotto/local-supabase/testing';
import { createLog, startRelay } from '@sotto/relay';
import type { Relay } from '@sotto/relay';
import { createTestClient } from '../../src/testing/index.ts';
import type { TestClient, TestClientOptions } from '../../src/testing/index.ts';

/** A real relay on a real stack, and the clients of one test file. */
export interface TestWorld {
  readonly url: string;
  readonly stack: TestStack;
  /** Everything the relay has logged. */
  logged(): string;
  client(options?: Partial<TestClientOptions>): TestClient;
  /** Ends a client as closing its program does. */
  close(client: TestClient): Promise<void>;
  stopRelay(): Promise<void>;
  /** On the same port, so that clients find it again. */
  startRelay(): Promise<void>;
  stop(): Promise<void>;
}

const many = { events: 100_000, windowSeconds: 60 };
const manyPoints = { points: 100_000, perSeconds: 60 };

const factors = { factorVerify: many, factorVerifyPerUser: many };

export async function startTestWorld(
  options: {
    /** Milliseconds since 1970, for the auth service only. */
    authClock?: () => number;
    /** Seconds within which a refresh token that was used is honest, of the auth service. */
    refreshReuseIntervalSeconds?: number;
  } = {},
): Promise<TestWorld> {
  const stack = await startTestStack({
    auth: {
      rateLimits: { signIn: many, refresh: many, ...factors },
      ...(options.refreshReuseIntervalSeconds !== undefined && {
        refreshReuseIntervalSeconds: options.refreshReuseIntervalSeconds,
      }),
    },
    ...(options.authClock && { clock: options.authClock }),
  });
  const lines: string[] = [];
  const clients = new Set<TestClient>();
  let relay: Relay | null = null;
  let port = 0;

  async function start(): Promise<void> {
    const { url, publishableKey, secretKey, issuer, databaseUrl } = stack;
    relay = await startRelay({
      port,
      host: '127.0.0.1',
      supabase: { url, publishableKey, secretKey, issuer, databaseUrl },
      proxySupabase: true,
      log: createLog('trace', { write: (line) => void lines.push(line) }),
      rateLimits: { auth: manyPoints },
    });
    port = relay.port;
  }

  const stopRelay = async () => {
    await relay?.stop();
    relay = null;
  };

  try {
    await start();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    stack,
    logged: () => lines.join(''),
    client(options = {}) {
      const made = createTestClient({ relayUrl: url, ...options });
      clients.add(made);
      return made;
    },
    async close(made) {
      clients.delete(made);
      await made.client.close();
    },
    stopRelay,
    startRelay: start,
    async stop() {
      await Promise.all([...clients].map(({ client }) => client.close()));
      await stopRelay();
      await stack.stop();
    },
  };
}
