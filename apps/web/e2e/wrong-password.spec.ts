import { appWords } from '../src/shared/i18n/app-words.ts';
import { frontWords } from '../src/shared/i18n/front-words.ts';
import { expect, test } from './test.ts';
import type { Person } from './people/person.ts';

/** How long the dialog makes people wait after this try, in the seconds that it shows. */
async function waitAfterTry(person: Person): Promise<number> {
  await person.unlock(`not ${person.identity.chatPassword}`);
  const notice = person.unlockDialog.getByText(/^You can try again in/);
  await expect(person.unlockDialog.getByText(frontWords.error.wrong_chat_password)).toBeVisible();
  const words = (await notice.isVisible()) ? await notice.innerText() : '0 seconds';
  return Number(/\d+/.exec(words)?.[0]);
}

test('a wrong chat password is refused in words, and each further try waits longer', async ({
  openPerson,
}) => {
  test.setTimeout(90_000);
  const ada = await openPerson('Ada');
  await ada.page.reload();
  const submit = ada.unlockDialog.getByRole('button', {
    name: appWords.unlock.submit,
    exact: true,
  });

  const waits: number[] = [];
  while ((waits.at(-1) ?? 0) < 3 && waits.length < 8) {
    waits.push(await waitAfterTry(ada));
    await expect(submit).toBeEnabled({ timeout: 20_000 });
  }

  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0);
  await ada.unlock();
  await ada.unlocked();
});

test('the wait outlives a reload', async ({ openPerson }) => {
  const ada = await openPerson('Ada');
  await ada.page.reload();
  const submit = ada.unlockDialog.getByRole('button', {
    name: appWords.unlock.submit,
    exact: true,
  });
  for (let tries = 0; (await waitAfterTry(ada)) < 2 && tries < 8; tries += 1) {
    await expect(submit).toBeEnabled({ timeout: 20_000 });
  }

  await ada.page.reload();

  await expect(ada.unlockDialog.getByText(/^You can try again in/)).toBeVisible();
  await expect(submit).toBeDisabled();
});

test('signing out leaves the sign-in screen and nothing to unlock', async ({ openPerson }) => {
  const ada = await openPerson('Ada');

  await ada.signOut();
  await ada.page.goto('/');

  await expect(ada.heading(frontWords.signIn.title)).toBeVisible();
  await expect(ada.unlockDialog).toBeHidden();
});
