import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../test.ts';
import { looks, wear } from './looks.ts';
import { visitScreens } from './visit-screens.ts';

async function violationsOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`),
  );
}

/** Each walk shows both sizes and both themes; together they show every combination. */
const walks = [
  ['desktop-light', 'phone-dark'],
  ['desktop-dark', 'phone-light'],
];

for (const names of walks) {
  test(`no screen breaks an accessibility rule: ${names.join(' and ')}`, async ({ openDesk }) => {
    test.setTimeout(480_000);
    const found: string[] = [];
    const seen: string[] = [];

    await visitScreens(openDesk, async (name, page) => {
      seen.push(name);
      for (const look of looks.filter((candidate) => names.includes(candidate.name))) {
        await wear(page, look);
        for (const violation of await violationsOn(page)) {
          found.push(`${name} (${look.name}): ${violation}`);
        }
      }
      await wear(page, looks[0]);
    });

    expect(found).toEqual([]);
    expect(seen.length).toBeGreaterThan(35);
  });
}

test('the check finds what it is there to find', async ({ openDesk }) => {
  const page = await (await openDesk()).context.newPage();
  await page.goto('/sign-in');
  await page
    .getByRole('textbox')
    .first()
    .evaluate((input: HTMLInputElement) => {
      input.labels?.[0]?.remove();
    });

  const found = await violationsOn(page);

  expect(found.some((violation) => violation.startsWith('label'))).toBe(true);
});
