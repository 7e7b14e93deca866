import type { GoTrueClient } from '@supabase/auth-js';
import type { ClientConfig } from '@sotto/protocol';
import type { Transport } from '../platform.ts';
import { noAnswerStatus } from './auth-failure.ts';

/** Where a session is read from and handed to. */
export interface SessionHolder {
  read(): string | null;
  keep(serialized: string | null): void;
}

/** Makes a client of the auth service. Without a holder its session is its own and ends with it. */
export type MakeAuthClient = (holder?: SessionHolder) => Promise<GoTrueClient>;

const storageKey = 'session';

/** Nothing that is made here touches localStorage, the address bar or other tabs. */
export function createAuthClients(options: {
  transport: Transport;
  config: () => Promise<ClientConfig>;
}): MakeAuthClient {
  const { transport, config } = options;
  return async (holder) => {
    const { supabaseUrl, publishableKey } = await config();
    // A third of the engine, and a device that is only unlocked does without it until its token ends.
    const { AuthClient } = await import('./auth-library.ts');
    const shared = {
      url: `${supabaseUrl}/auth/v1`,
      headers: { apikey: publishableKey },
      storageKey,
      autoRefreshToken: false,
      detectSessionInUrl: false,
      fetch: ((input: string, init?: RequestInit) =>
        // The library prints what a `fetch` rejects with: addresses, to a console anybody can read.
        transport
          .fetch(input, init)
          .catch(() => new Response(null, { status: noAnswerStatus }))) as typeof fetch,
    };
    if (!holder) return new AuthClient({ ...shared, persistSession: false });
    return new AuthClient({
      ...shared,
      persistSession: true,
      storage: {
        getItem: (key) => (key === storageKey ? holder.read() : null),
        setItem: (key, value) => {
          if (key === storageKey) holder.keep(value);
        },
        removeItem: (key) => {
          if (key === storageKey) holder.keep(null);
        },
      },
    });
  };
}
