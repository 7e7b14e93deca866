import type { Browser, BrowserContext } from '@playwright/test';
import type { Stack } from '../stack/start-stack.ts';
import type { WireTap } from '../stack/wire-tap.ts';

/** A browser profile and the cable it hangs on: what one person uses, in one tab or several. */
export interface Desk {
  context: BrowserContext;
  wire: WireTap;
}

export async function setUpDesk(browser: Browser, stack: Stack): Promise<Desk> {
  const wire = await stack.plugIn();
  const context = await browser.newContext({
    baseURL: wire.origin,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
  return { context, wire };
}
