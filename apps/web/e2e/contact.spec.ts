import { appWords } from '../src/shared/i18n/app-words.ts';
import { contactWords } from '../src/shared/i18n/contact-words.ts';
import { frontWords } from '../src/shared/i18n/front-words.ts';
import { Person, newIdentity } from './people/person.ts';
import type { Identity } from './people/person.ts';
import { readQr } from './people/read-qr.ts';
import { forgetAccount } from './stack/forget-account.ts';
import { expect, test } from './test.ts';

const { sign, scanned } = contactWords;

/** From the chat with somebody to their page. */
async function openContact(person: Person, trust: string): Promise<void> {
  await person.page.getByRole('button', { name: trust }).click();
  await person.page.getByRole('link', { name: appWords.trust.show }).click();
  await expect(person.page.getByLabel(contactWords.digits, { exact: true })).toBeVisible();
}

const digitsOn = async (person: Person): Promise<string> =>
  (await person.page.getByLabel(contactWords.digits, { exact: true }).innerText()).replaceAll(
    /\D/g,
    '',
  );

const named = (words: string, other: Identity): string =>
  words.replaceAll('{{name}}', other.displayName);

test('two people compare digits by eye, and the mark is drawn wherever the name is', async ({
  openPerson,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ben.openChatWith(ada.identity);
  await openContact(ada, appWords.trust.unchecked);
  await openContact(ben, appWords.trust.unchecked);

  const digits = await digitsOn(ada);
  expect(digits).toMatch(/^\d{60}$/);
  expect(await digitsOn(ben)).toBe(digits);
  await ada.button(contactWords.match).click();

  await expect(ada.page.getByText(sign.checked, { exact: true })).toBeVisible();
  await expect(ada.chatRow(ben.identity)).toContainText(appWords.trust.checked);
  await ada.page.getByRole('link', { name: contactWords.back }).click();
  await expect(ada.page.getByRole('button', { name: appWords.trust.checked })).toBeVisible();
  await expect(ben.page.getByText(sign.unchecked, { exact: true })).toBeVisible();
});

test('a camera compares the codes, and knows another person’s from no code at all', async ({
  openPerson,
  openCameraDesk,
}) => {
  test.setTimeout(120_000);
  const { desk, camera } = await openCameraDesk();
  const ada = await Person.at(desk, newIdentity('Ada'));
  const [ben] = await Promise.all([openPerson('Ben'), ada.join()]);
  await ada.startChatWith(ben.identity);
  await ben.openChatWith(ada.identity);
  await openContact(ben, appWords.trust.unchecked);
  await openContact(ada, appWords.trust.unchecked);
  const scan = async (text: string, words: string): Promise<void> => {
    camera.show(text);
    await ada.button(contactWords.scan).click();
    await expect(ada.page.getByText(named(words, ben.identity))).toBeVisible();
    await ada.button(contactWords.show).click();
  };
  const own = await readQr(ada.page.getByRole('img', { name: contactWords.qr }));

  await scan('https://example.org', scanned.malformed);
  await scan(own, scanned.other_person);
  await expect(ada.page.getByText(sign.unchecked, { exact: true })).toBeVisible();
  await scan(await readQr(ben.page.getByRole('img', { name: contactWords.qr })), scanned.match);

  await expect(ada.page.getByText(sign.checked, { exact: true })).toBeVisible();
});

test('another key for somebody stops all sending until it is accepted', async ({
  openPerson,
  openDesk,
  stack,
}) => {
  test.setTimeout(120_000);
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'To the Ben I know');
  await openContact(ada, appWords.trust.unchecked);
  await ada.button(contactWords.match).click();
  await expect(ada.page.getByText(sign.checked, { exact: true })).toBeVisible();
  await ada.page.getByRole('link', { name: contactWords.back }).click();
  await ben.page.close();

  await forgetAccount(stack.relay.dataDirectory, ben.identity.handle);
  const other = await Person.at(await openDesk(), ben.identity);
  await other.signIn();
  await other.setChatPassword();
  await other.confirmRecoveryKey();

  const alarm = ada.page.getByRole('alert').filter({ hasText: appWords.trust.changed });
  await expect(alarm).toBeVisible({ timeout: 60_000 });
  await expect(ada.composer(ben.identity)).toBeHidden();
  await expect(ada.chatRow(ben.identity)).toContainText(appWords.trust.changed);
  await alarm.getByRole('link').click();
  await expect(ada.page.getByText(sign.changedChecked)).toBeVisible();
  await expect(ada.page.getByLabel(contactWords.newDigits, { exact: true })).toBeVisible();
  await ada.button(contactWords.accept).click();
  await ada.page
    .getByRole('dialog')
    .getByRole('button', { name: contactWords.accept, exact: true })
    .click();

  await expect(ada.page.getByText(sign.unchecked, { exact: true })).toBeVisible();
  await ada.page.getByRole('link', { name: contactWords.back }).click();
  await ada.send(ben.identity, 'To the new key');
  await other.openChatWith(ada.identity);
  await expect(other.log(ada.identity).getByText('To the new key')).toBeVisible();
  await expect(other.page.getByText(frontWords.error.internal)).toBeHidden();
});
