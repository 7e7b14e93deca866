import { appWords } from '../src/shared/i18n/app-words.ts';
import { frontWords } from '../src/shared/i18n/front-words.ts';
import { expect, test } from './test.ts';
import { Person } from './people/person.ts';

test('a second tab follows the first, and takes over when that is closed', async ({
  openPerson,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'from the first tab');
  await ben.openChatWith(ada.identity);

  const second = await Person.at(ada.desk, ada.identity);
  await second.page.goto(ada.page.url());
  await expect(second.log(ben.identity).getByText('from the first tab')).toBeVisible();
  await second.send(ben.identity, 'from the second tab');
  await expect(ada.log(ben.identity).getByText('from the second tab')).toBeVisible();
  await expect(ben.log(ada.identity).getByText('from the second tab')).toBeVisible();

  await second.lock();
  await expect(ada.page.getByText(appWords.unlock.locked, { exact: true })).toBeVisible();

  await ada.page.close();
  await second.unlock();
  await second.unlocked();
  const texts = ['from the first tab', 'from the second tab', 'after the first was closed'];
  await second.send(ben.identity, 'after the first was closed');
  await expect(ben.log(ada.identity).getByText('after the first was closed')).toBeVisible();
  expect(await ben.shown(ada.identity, texts)).toEqual(texts);
});

test('signing out in one tab signs out all', async ({ openPerson }) => {
  const ada = await openPerson('Ada');
  const second = await Person.at(ada.desk, ada.identity);
  await second.page.goto('/');
  await expect(second.button(appWords.chatList.newChat).first()).toBeVisible();

  await second.signOut();

  await expect(ada.heading(frontWords.signIn.title)).toBeVisible();
});
