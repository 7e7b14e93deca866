import { appWords } from '../src/shared/i18n/app-words.ts';
import { frontWords } from '../src/shared/i18n/front-words.ts';
import { expect, test } from './test.ts';
import type { Person } from './people/person.ts';

/** What this origin shows to somebody who opens the developer tools, besides the content. */
async function namesIn({ page }: Person): Promise<string[]> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const { held = [], pending = [] } = await navigator.locks.query();
    return [
      ...databases.map(({ name = '' }) => name),
      ...[...held, ...pending].map(({ name = '' }) => name),
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
      ...(await caches.keys()),
    ];
  });
}

test('no name in the browser says what is kept there', async ({ openPerson }) => {
  const ada = await openPerson('Ada');

  const names = await namesIn(ada);

  expect(names.length).toBeGreaterThan(1);
  expect(names.join(' ')).not.toMatch(/sotto|chat|messag|mail|vault|key|secret/i);
});

test('erasing the device leaves nothing of it, and somebody else can start', async ({
  openPerson,
}) => {
  const ada = await openPerson('Ada');
  await ada.openSettings();
  await ada.page.getByRole('link', { name: appWords.settings.devices, exact: true }).click();
  await ada.button(appWords.device.erase).click();
  const dialog = ada.page.getByRole('dialog', { name: appWords.device.confirmTitle });
  await dialog.getByRole('button', { name: appWords.device.confirm, exact: true }).click();
  await expect(ada.heading(frontWords.signIn.title)).toBeVisible();

  const records = await ada.page.evaluate(async () => {
    const counts: number[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(`cannot open ${name}`));
      });
      for (const store of database.objectStoreNames) {
        const counting = database.transaction(store).objectStore(store).count();
        await new Promise((resolve) => (counting.onsuccess = resolve));
        counts.push(counting.result);
      }
      database.close();
    }
    return counts.reduce((sum, count) => sum + count, Object.keys(localStorage).length);
  });

  expect(records).toBe(0);
  await ada.page.goto('/');
  await expect(ada.heading(frontWords.signIn.title)).toBeVisible();
});
