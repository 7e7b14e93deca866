import { startTestStack } from '@sotto/local-supabase/testing';
import type { TestStack, TestStackOptions } from '@sotto/local-supabase/testing';
import { createLog, startRelay } from '../../src/index.ts';
import type { Relay, RelayOptions } from '../../src/index.ts';

/** A relay on a stack of its own, and everything it has logged. */
export interface TestRelay {
  relay: Relay;
  stack: TestStack;
  /** Lines of the log so far, at the most talkative level. */
  logged(): string;
  /** Another relay on the same stack; stopped with this one. */
  another(options?: TestRelayOptions): Promise<Relay>;
  stop(): Promise<void>;
}

export type TestRelayOptions = Partial<Omit<RelayOptions, 'supabase'>> & {
  /** Append through PostgREST. */
  withoutDatabaseUrl?: boolean;
};

const manyPeopleFromOneAddress = { auth: { points: 100_000, perSeconds: 60 } };
const manySignUps = { events: 100_000, windowSeconds: 60 };

/** Starts PostgreSQL, PostgREST, auth service, gateway and relay, all real. */
export async function startTestRelay(
  options: TestRelayOptions = {},
  stackOptions: TestStackOptions = {},
): Promise<TestRelay> {
  const stack = await startTestStack({
    auth: { rateLimits: { signIn: manySignUps, refresh: manySignUps } },
    ...stackOptions,
  });
  const lines: string[] = [];
  const relays: Relay[] = [];
  const start = async (own: TestRelayOptions) => {
    const { withoutDatabaseUrl, ...rest } = own;
    const { url, publishableKey, secretKey, issuer, databaseUrl } = stack;
    const relay = await startRelay({
      port: 0,
      host: '127.0.0.1',
      supabase: {
        url,
        publishableKey,
        secretKey,
        issuer,
        databaseUrl: withoutDatabaseUrl ? undefined : databaseUrl,
      },
      proxySupabase: true,
      log: createLog('trace', { write: (line) => void lines.push(line) }),
      rateLimits: manyPeopleFromOneAddress,
      ...rest,
    });
    relays.push(relay);
    return relay;
  };
  try {
    const relay = await start(options);
    return {
      relay,
      stack,
      logged: () => lines.join(''),
      another: (own = options) => start(own),
      stop: async () => {
        await Promise.all(relays.map((each) => each.stop()));
        await stack.stop();
      },
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
