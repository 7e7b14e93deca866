/*
 * Entry of the module worker that a page creates: joins the other tabs' workers and runs the engine
 * when this one leads. See [Note: One engine for all tabs].
 */
import { config } from 'zod/mini';
import { createSottoClient } from '../index.ts';
import type { SottoClient } from '../facade.ts';
import { createBrowserPlatform } from './browser-platform.ts';
import type { Request } from './messages.ts';
import { tabChannelName } from './names.ts';
import { shareEngine } from './share-engine.ts';

// The compiled parsers of zod are made with `new Function`, which the content security policy refuses.
config({ jitless: true });

function startEngine(): SottoClient {
  const engine = createSottoClient({ platform: createBrowserPlatform() });
  const tellOnline = (): void => void engine.setOnline({ online: navigator.onLine });
  addEventListener('online', tellOnline);
  addEventListener('offline', tellOnline);
  tellOnline();
  return engine;
}

const tab = shareEngine({
  tabId: crypto.randomUUID(),
  locks: { request: (name, held) => navigator.locks.request(name, held) },
  channel: new BroadcastChannel(tabChannelName),
  startEngine,
  reply: (message) => postMessage(message),
  onFailure: reportError,
});

addEventListener('message', (event: MessageEvent) => tab.receive(event.data as Request));
