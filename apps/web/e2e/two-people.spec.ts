import { appWords } from '../src/shared/i18n/app-words.ts';
import { expect, test } from './test.ts';

test('two people find each other, talk both ways, and go on after a reload', async ({
  openPerson,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  expect(ada.identity.chatPassword).not.toBe(ben.identity.chatPassword);

  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'Hello Ben');
  await ben.openChatWith(ada.identity);
  await expect(ben.log(ada.identity).getByText('Hello Ben', { exact: true })).toBeVisible();
  await ben.send(ada.identity, 'Hello Ada');
  await expect(ada.log(ben.identity).getByText('Hello Ada', { exact: true })).toBeVisible();

  await ada.page.reload();
  await ada.unlock();
  await ada.unlocked();

  const texts = ['Hello Ben', 'Hello Ada', 'After the reload', 'Still here'];
  await expect(ada.log(ben.identity).getByText('Hello Ada', { exact: true })).toBeVisible();
  await ada.send(ben.identity, 'After the reload');
  await expect(ben.log(ada.identity).getByText('After the reload', { exact: true })).toBeVisible();
  await ben.send(ada.identity, 'Still here');
  await expect(ada.log(ben.identity).getByText('Still here', { exact: true })).toBeVisible();
  expect(await ada.shown(ben.identity, texts)).toEqual(texts);
  expect(await ben.shown(ada.identity, texts)).toEqual(texts);
});

test('a message says what became of it: delivered, then read by the other', async ({
  openPerson,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);

  await ada.send(ben.identity, 'Do you see this?');

  const state = (words: string) => ada.log(ben.identity).getByText(words, { exact: true });
  await expect(state(appWords.message.delivered)).toBeAttached();
  await ben.openChatWith(ada.identity);
  await expect(state(appWords.message.read)).toBeAttached();
});

test('nobody is found by a handle that is not exactly theirs', async ({ openPerson }) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  const { newChat } = appWords;

  await ada.button(appWords.chatList.newChat).first().click();
  const dialog = ada.page.getByRole('dialog', { name: newChat.title });
  await dialog.getByLabel(newChat.handle, { exact: true }).fill(ben.identity.handle.slice(0, -1));
  await dialog.getByRole('button', { name: newChat.find, exact: true }).click();

  await expect(dialog.getByText(newChat.notFound)).toBeVisible();
  await expect(dialog.getByText(ben.identity.displayName, { exact: true })).toBeHidden();
});
