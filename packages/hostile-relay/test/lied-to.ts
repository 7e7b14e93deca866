import { createTestClient, makePerson, signUpFully, until } from '@sotto/client/testing';
import type { TestClient, TestPerson } from '@sotto/client/testing';
import { startTestStack } from '@sotto/local-supabase/testing';
import type { TestStack } from '@sotto/local-supabase/testing';
import { createLog, startRelay } from '@sotto/relay';
import type { Relay } from '@sotto/relay';
import pg from 'pg';
import { startHostileRelay } from '../src/index.ts';
import type { HostileRelay } from '../src/index.ts';

/** A client and the liar between it and the relay. */
export interface Victim extends TestClient {
  readonly liar: HostileRelay;
}

/** Somebody on their first device. */
export interface Someone extends Victim {
  readonly person: TestPerson;
  readonly recoveryKey: string;
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
  person(name: string): Promise<Someone>;
  /** Another device of somebody, let in by the chat password. */
  deviceOf(person: TestPerson, name?: string): Promise<Victim>;
  /** As who owns the database: nothing that it enforces stands in the way. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
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
      const recoveryKey = await signUpFully(made.client, person);
      return { ...made, person, recoveryKey };
    },
    async deviceOf({ email, password, chatPassword }, deviceName = 'another device') {
      const made = await victim({ deviceName });
      await until(made.client.session, ({ phase }) => phase === 'signedOut');
      await made.client.signIn({ email, password });
      await made.client.unlock({ chatPassword });
      return made;
    },
    async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      const client = new pg.Client(stack.adminUrl);
      await client.connect();
      try {
        // Triggers keep the record and the chains from changing.
        await client.query('set session_replication_role = replica');
        return (await client.query<Row>(sql, [...values])).rows;
      } finally {
        await client.end();
      }
    },
    stop,
  };
}
