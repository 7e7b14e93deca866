import { appWords } from '../src/shared/i18n/app-words.ts';
import { expect, test } from './test.ts';
import { Person } from './people/person.ts';

test('an empty browser reads everything, given login and chat password', async ({
  openPerson,
  openDesk,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  const texts = ['One from Ada', 'Two from Ben', 'Three from Ada'];
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'One from Ada');
  await ben.openChatWith(ada.identity);
  await ben.send(ada.identity, 'Two from Ben');
  await ada.send(ben.identity, 'Three from Ada');
  await expect(ben.log(ada.identity).getByText('Three from Ada', { exact: true })).toBeVisible();

  const elsewhere = await Person.at(await openDesk(), ada.identity);
  await elsewhere.signIn();
  await elsewhere.addThisDevice();
  await elsewhere.openChatWith(ben.identity);

  await expect(elsewhere.log(ben.identity).getByText('Three from Ada')).toBeVisible();
  expect(await elsewhere.shown(ben.identity, texts)).toEqual(texts);
  await elsewhere.send(ben.identity, 'Four from the new browser');
  const fourth = 'Four from the new browser';
  await expect(ben.log(ada.identity).getByText(fourth, { exact: true })).toBeVisible();
  await expect(ada.log(ben.identity).getByText(fourth, { exact: true })).toBeVisible();
});

test('the recovery key opens everything and sets a new chat password', async ({
  openPerson,
  openDesk,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'Remember this');
  await ben.openChatWith(ada.identity);
  await expect(ben.log(ada.identity).getByText('Remember this', { exact: true })).toBeVisible();

  const elsewhere = await Person.at(await openDesk(), {
    ...ada.identity,
    chatPassword: `${ada.identity.chatPassword} renewed`,
  });
  await elsewhere.signIn();
  await elsewhere.button(appWords.unlock.forgotten).click();
  await elsewhere.field(appWords.recover.key).fill(ada.recoveryKeyGroups.join(' '));
  await elsewhere.field(appWords.recover.next).fill(elsewhere.identity.chatPassword);
  await elsewhere.button(appWords.recover.submit).click();
  await elsewhere.openChatWith(ben.identity);
  await expect(elsewhere.log(ben.identity).getByText('Remember this')).toBeVisible();

  await elsewhere.page.reload();
  await elsewhere.unlock(ada.identity.chatPassword);
  await expect(elsewhere.unlockDialog.getByRole('alert')).toBeVisible();
});
