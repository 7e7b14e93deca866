import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { setUpDesk } from './people/desk.ts';
import { looks, wear } from './screens/looks.ts';
import { visitScreens } from './screens/visit-screens.ts';
import { browserOptions } from './stack/browser-options.ts';
import { startStack } from './stack/start-stack.ts';

/** `npm run screenshots`: every screen of the real app, desktop and phone, light and dark, as PNG files. */
const folder = join(import.meta.dirname, '..', 'screenshots');

const stack = await startStack();
const browser = await chromium.launch(browserOptions);
let taken = 0;

try {
  await rm(folder, { recursive: true, force: true });
  for (const look of looks) await mkdir(join(folder, look.name), { recursive: true });
  await visitScreens(
    () => setUpDesk(browser, stack),
    async (name, page) => {
      for (const look of looks) {
        await wear(page, look);
        await page.screenshot({ path: join(folder, look.name, `${name}.png`) });
        taken += 1;
      }
      await wear(page, looks[0]);
    },
  );
} finally {
  await browser.close();
  await stack.stop();
}
console.log(`${taken} screenshots in apps/web/screenshots`);
