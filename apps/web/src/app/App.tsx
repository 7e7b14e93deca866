import type { SottoClient } from '@sotto/client';
import { BrowserRouter } from 'react-router';
import { ClientProvider } from '../shared/client/client-context.ts';
import { t } from '../shared/i18n/front.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Failure } from './Failure.tsx';
import { Gate } from './Gate.tsx';

export interface AppProps {
  /** Null where the engine cannot run: over plain HTTP. */
  client: SottoClient | null;
}

export function App({ client }: AppProps) {
  if (!client) return <Failure words={t('failed.insecure')} />;
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
