import { appWords } from '../src/shared/i18n/app-words.ts';
import { selfTestWords } from '../src/features/settings/self-test-words.ts';
import { expect, test } from './test.ts';

test('the self-test passes in this browser, every algorithm on each back end', async ({
  openPerson,
}) => {
  const ada = await openPerson('Ada');
  await ada.openSettings();
  await ada.page.getByRole('link', { name: appWords.settings.about, exact: true }).click();
  await ada.button(selfTestWords.run).click();

  const table = ada.page.getByRole('table', { name: selfTestWords.title });
  await expect(table).toBeVisible({ timeout: 45_000 });
  const results = await table
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => Array.from(row.children, (cell) => cell.textContent ?? '')),
    );

  expect(results.length).toBeGreaterThan(30);
  expect(results.filter(([, , result]) => !/^[1-9]\d* passed$/.test(result ?? ''))).toEqual([]);
  const backEnds = results.map(([, backEnd]) => backEnd);
  expect(backEnds.filter((name) => name === selfTestWords.webcrypto).length).toBeGreaterThan(12);
  expect(backEnds.filter((name) => name === selfTestWords.javascript).length).toBeGreaterThan(18);
  await expect(ada.page.getByRole('alert')).toHaveCount(0);
});
