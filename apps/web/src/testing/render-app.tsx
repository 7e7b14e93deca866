import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { ClientProvider } from '../shared/client/client-context.ts';
import type { ScriptedClient } from './scripted-client.ts';

/** Renders under a scripted engine and a router in memory; answers a person who types and clicks. */
export function renderApp(client: ScriptedClient, children: ReactNode, address = '/') {
  const view = render(
    <ClientProvider value={client}>
      <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
    </ClientProvider>,
  );
  return { ...view, user: userEvent.setup() };
}
