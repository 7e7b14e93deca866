import { createTestClient, makePerson, signUpFully } from '@sotto/client/testing';
import type { TestClient, TestPerson } from '@sotto/client/testing';
import { startTestStack } from '@sotto/local-supabase/testing';
import type { TestStack } from '@sotto/local-supabase/testing';
import { createLog, startRelay } from '@sotto/relay';
import type { Relay } from '@sotto/relay';
import { startHostileRelay } from '../src/index.ts';
import type { HostileRelay } from '../src/index.ts';

/** A client and the liar between it and the relay. */
export interface Victim extends TestClient {
  readonly liar: HostileRelay;
}

/** The real relay on a real stack; each client comes to it through a liar of its own. */
export interface LiedToWorld {
  readonly stack: TestStack;
  /** The real relay, for a second look at what is true. */
  readonly relayUrl: string;
  /** Everything the relay has logged. */
  logged(): string;
  victim(options?: Partial<Parameters<typeof createTestClient>[0]>): Promise<Victim>;
  /** With an account, on its first device. */
  person(name: string): Promise<Victim & { person: TestPerson }>;
  stop(): Promise<void>;
}

const many = { events: 100_000, windowSeconds: 60 };

export async function startLiedToWorld(): Promise<LiedToWorld> {
  const stack = await startTestStack({ auth: { rateLimits: { signIn: many, refresh: many } } });
  const lines: string[] = [];
  const ends: (() => Promise<unknown>)[] = [() => stack.stop()];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  let relay: Relay;
  try {
    const { url, publishableKey, secretKey, issuer, databaseUrl } = stack;
    relay = await startRelay({
      port: 0,
      host: '127.0.0.1',
      supabase: { url, publishableKey, secretKey, issuer, databaseUrl },
      proxySupabase: true,
      log: createLog('trace', { write: (line) => void lines.push(line) }),
      rateLimits: { auth: { points: 100_000, perSeconds: 60 } },
    });
    ends.push(() => relay.stop());
  } catch (error) {
    await stop();
    throw error;
  }
  const relayUrl = `http://127.0.0.1:${relay.port}`;

  async function victim(
    options: Partial<Parameters<typeof createTestClient>[0]> = {},
  ): Promise<Victim> {
    const liar = await startHostileRelay(relayUrl);
    ends.push(() => liar.stop());
    const made = createTestClient({ relayUrl: liar.url, ...options });
    ends.push(() => made.client.close());
    return { ...made, liar };
  }

  return {
    stack,
    relayUrl,
    logged: () => lines.join(''),
    victim,
    async person(name) {
      const made = await victim();
      const person = makePerson(name);
      await signUpFully(made.client, person);
      return { ...made, person };
    },
    stop,
  };
}
