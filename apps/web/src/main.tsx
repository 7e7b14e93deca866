import type { SottoClient } from '@sotto/client';
import { createRoot } from 'react-dom/client';
import './shared/styles/index.css';
import { App } from './app/App.tsx';
import { startClient } from './app/start-client.ts';
import { startAppearance } from './shared/appearance/appearance-store.ts';

startAppearance();

// A page brought back from the history cache would show what was on it before the log-out.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

// Only a secure context has WebCrypto; without it the engine could not even start.
function client(): SottoClient | null {
  return isSecureContext ? startClient() : null;
}

const container = document.getElementById('root');
if (!container) throw new TypeError('The page has no root element.');
const root = createRoot(container);

if (import.meta.env.DEV && new URLSearchParams(location.search).has('preview')) {
  const { previewClient } = await import('./testing/preview.ts');
  root.render(<App client={previewClient(location.search)} />);
} else {
  root.render(<App client={client()} />);
}
