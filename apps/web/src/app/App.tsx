import type { SottoClient } from '@sotto/client';
import { BrowserRouter } from 'react-router';
import { ClientProvider } from '../shared/client/client-context.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Gate } from './Gate.tsx';

export function App({ client }: { client: SottoClient }) {
  return (
    <ErrorBoundary>
      <ClientProvider value={client}>
        <BrowserRouter>
          <Gate />
        </BrowserRouter>
      </ClientProvider>
    </ErrorBoundary>
  );
}
