import { appWords } from '../src/shared/i18n/app-words.ts';
import { expect, test } from './test.ts';

test('what is written offline arrives once and in order', async ({ openPerson }) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'before');
  await ben.openChatWith(ada.identity);
  await expect(ben.log(ada.identity).getByText('before', { exact: true })).toBeVisible();

  await ada.goOffline();
  for (const text of ['first', 'second', 'third']) await ada.send(ben.identity, text);
  await expect(ada.log(ben.identity).getByText(appWords.message.queued)).toHaveCount(3);
  expect(await ben.shown(ada.identity, ['first', 'second', 'third'])).toEqual([]);
  await ada.goOnline();

  const all = ['before', 'first', 'second', 'third', 'after'];
  await expect(ben.log(ada.identity).getByText('third', { exact: true })).toBeVisible();
  await ben.send(ada.identity, 'after');
  await expect(ada.log(ben.identity).getByText('after', { exact: true })).toBeVisible();
  expect(await ben.shown(ada.identity, all)).toEqual(all);
  expect(await ada.shown(ben.identity, all)).toEqual(all);
  await ben.page.reload();
  await ben.unlock();
  await expect(ben.log(ada.identity).getByText('third', { exact: true })).toBeVisible();
  expect(await ben.shown(ada.identity, all)).toEqual(all);
});

test('what is written offline survives a reload and an unlock', async ({ openPerson }) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'before');
  await ben.openChatWith(ada.identity);
  await expect(ben.log(ada.identity).getByText('before', { exact: true })).toBeVisible();

  ada.desk.wire.cut();
  await ada.send(ben.identity, 'written while the cable was out');
  await expect(ada.log(ben.identity).getByText(appWords.message.queued)).toHaveCount(1);
  ada.desk.wire.mend();
  await ada.page.reload();
  await ada.unlock();

  const text = 'written while the cable was out';
  await expect(ben.log(ada.identity).getByText(text, { exact: true })).toBeVisible();
  expect(await ben.shown(ada.identity, [text])).toEqual([text]);
  expect(await ada.shown(ben.identity, [text])).toEqual([text]);
});
