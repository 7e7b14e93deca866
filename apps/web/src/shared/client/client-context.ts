import type { SottoClient } from '@sotto/client';
import { createContext, use } from 'react';

const ClientContext = createContext<SottoClient | null>(null);

/** Hands the one engine of this page to everything below; it never changes. */
export const ClientProvider = ClientContext.Provider;

export function useClient(): SottoClient {
  const client = use(ClientContext);
  if (!client) throw new TypeError('useClient is used outside of ClientProvider');
  return client;
}
