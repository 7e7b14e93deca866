import { createClient } from '@supabase/supabase-js';
import type { SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import ws from 'ws';
import type { AuthSettingsInput, OperatorMessage } from '../../src/auth/index.ts';
import { startTestStack } from '../../src/testing/index.ts';
import type { TestStack } from '../../src/testing/index.ts';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** A request without the client library. */
export interface RawRequest {
  body?: unknown;
  headers?: Record<string, string>;
  token?: string;
  /** The secret key instead of the publishable one. */
  asOperator?: boolean;
}

/** The whole stack, with what these tests look at. */
export interface AuthStack {
  stack: TestStack;
  client(): SupabaseClient;
  operator(): SupabaseClient;
  raw(method: string, path: string, request?: RawRequest): Promise<RawAnswer>;
  messages: OperatorMessage[];
  lastMessage(): OperatorMessage;
  /** Everything that was logged, and every body and header answered to `client` and `raw`. */
  log: string[];
  answers: string[];
  advance(ms: number): void;
  now(): number;
  rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

const unlimited = { events: 1_000_000 };

/** Settings under which a test never meets a rate limit by accident. */
export const withoutLimits: AuthSettingsInput = {
  otpIntervalSeconds: 0,
  rateLimits: {
    signIn: unlimited,
    refresh: unlimited,
    verify: unlimited,
    otp: unlimited,
    anonymous: unlimited,
    factorVerify: unlimited,
    factorVerifyPerUser: unlimited,
    otpVerifyPerAddress: unlimited,
  },
};

/** Starts a stack whose auth clock can be moved. */
export async function startAuthStack(settings: AuthSettingsInput = {}): Promise<AuthStack> {
  const messages: OperatorMessage[] = [];
  const log: string[] = [];
  const answers: string[] = [];
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const stack = await startTestStack({
    migrations: false,
    auth: { ...withoutLimits, ...settings },
    clock: now,
    onOperatorMessage: (message) => void messages.push(message),
    log: (level, message) => void log.push(`${level} ${message}`),
  });
  const pool = new pg.Pool({ connectionString: stack.adminUrl, max: 2 });

  const recordingFetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    answers.push(await response.clone().text(), JSON.stringify([...response.headers]));
    return response;
  };
  let clients = 0;
  const connect = (key: string) =>
    createClient(stack.url, key, {
      auth: {
        persistSession: false,
        autoRefreshToken: false,
        storageKey: `test-${(clients += 1)}`,
      },
      global: { fetch: recordingFetch },
      realtime: { transport: ws as never },
    });

  return {
    stack,
    messages,
    log,
    answers,
    now,
    client: () => connect(stack.publishableKey),
    operator: () => connect(stack.secretKey),
    lastMessage() {
      const message = messages.at(-1);
      if (message === undefined) throw new Error('no message was handed over');
      return message;
    },
    advance: (ms) => {
      offsetMs += ms;
    },
    async raw(method, path, request = {}) {
      const response = await recordingFetch(`${stack.url}/auth/v1${path}`, {
        method,
        redirect: 'manual',
        headers: {
          apikey: request.asOperator ? stack.secretKey : stack.publishableKey,
          ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(request.body === undefined
          ? {}
          : {
              body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
            }),
      });
      const text = await response.text();
      let body: Record<string, unknown> = {};
      if (/json/.test(response.headers.get('content-type') ?? '')) body = JSON.parse(text);
      return { status: response.status, headers: response.headers, text, body };
    },
    async rows(sql, values) {
      return (await pool.query(sql, values)).rows;
    },
    async stop() {
      await pool.end();
      await stack.stop();
    },
  };
}

let people = 0;

/** A fresh address. */
export function someEmail(): string {
  people += 1;
  return `person-${people}-${Date.now().toString(36)}@example.org`;
}

/** A password that the default settings accept. */
export const password = 'correct horse battery';

/** A client with a session of a new account. */
export async function signedUp(
  auth: AuthStack,
  email = someEmail(),
): Promise<{ client: SupabaseClient; email: string; id: string; token: string; refresh: string }> {
  const client = auth.client();
  const { data, error } = await client.auth.signUp({ email, password });
  if (error !== null || data.session === null) throw error ?? new Error('no session');
  return {
    client,
    email,
    id: data.session.user.id,
    token: data.session.access_token,
    refresh: data.session.refresh_token,
  };
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
