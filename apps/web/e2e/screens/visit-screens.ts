import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { appWords } from '../../src/shared/i18n/app-words.ts';
import { contactWords } from '../../src/shared/i18n/contact-words.ts';
import { frontWords } from '../../src/shared/i18n/front-words.ts';
import type { Desk } from '../people/desk.ts';
import { Person, newIdentity } from '../people/person.ts';
import { deviceScreens } from './device-screens.ts';

/** Called on each screen once it stands still. `name` is fit for a file name. */
export type Visit = (name: string, page: Page) => Promise<void>;

const settingsSections = [
  'account',
  'chatPassword',
  'privacy',
  'appearance',
  'keyboard',
  'devices',
  'security',
  'about',
] as const;

const conversation = [
  ['Ada', 'Are we still on for Thursday?'],
  ['Ben', 'Yes. Same place, a little after seven.'],
  ['Ben', 'I can bring the drawings if you want to look at them before the others come.'],
  [
    'Ada',
    'Please do! And the long one:\nhttps://example.org/a/rather/long/path?with=a&query=string',
  ],
  ['Ben', '👍'],
] as const;

async function frontScreens(person: Person, visit: Visit): Promise<void> {
  const { page } = person;
  await page.goto('/sign-in');
  await expect(person.heading(frontWords.signIn.title)).toBeVisible();
  await visit('sign-in', page);
  await person.button(frontWords.signIn.submit).click();
  await expect(page.getByText(frontWords.missing.email)).toBeVisible();
  await visit('sign-in-missing', page);
  await page.goto('/sign-up');
  await expect(person.heading(frontWords.signUp.title)).toBeVisible();
  await visit('sign-up', page);
}

async function firstRunScreens(person: Person, visit: Visit): Promise<void> {
  const { page } = person;
  await person.signUp();
  await visit('first-run-profile', page);
  await person.createProfile();
  await visit('first-run-chat-password', page);
  await person.button(appWords.chatPassword.suggest).click();
  await expect(page.getByText(appWords.chatPassword.suggested)).toBeVisible();
  await visit('first-run-suggested-passphrase', page);
  await person.setChatPassword();
  await visit('first-run-recovery-key', page);
  await person.button(appWords.recovery.next).click();
  await expect(person.heading(appWords.recovery.confirmTitle)).toBeVisible();
  await visit('first-run-recovery-confirm', page);
  await person.button(appWords.recovery.showAgain).click();
  await person.confirmRecoveryKey();
  await expect(page.getByText(appWords.chatList.empty)).toBeVisible();
  await visit('chats-empty', page);
}

async function newChatScreens(person: Person, other: Person, visit: Visit): Promise<void> {
  const { page } = person;
  const { newChat } = appWords;
  await person.button(appWords.chatList.newChat).first().click();
  const dialog = page.getByRole('dialog', { name: newChat.title });
  await expect(dialog).toBeVisible();
  await visit('new-chat', page);
  await dialog.getByLabel(newChat.handle, { exact: true }).fill('nobody_here');
  await dialog.getByRole('button', { name: newChat.find, exact: true }).click();
  await expect(dialog.getByText(newChat.notFound)).toBeVisible();
  await visit('new-chat-nobody', page);
  await dialog.getByLabel(newChat.handle, { exact: true }).fill(other.identity.handle);
  await dialog.getByRole('button', { name: newChat.find, exact: true }).click();
  await expect(dialog.getByText(other.identity.displayName, { exact: true })).toBeVisible();
  await visit('new-chat-found', page);
  await dialog.getByRole('button', { name: newChat.start, exact: true }).click();
  await expect(person.composer(other.identity)).toBeVisible();
  await visit('chat-start', page);
}

async function chatScreens(person: Person, other: Person, visit: Visit): Promise<void> {
  const { page } = person;
  const partner = other.identity;
  await other.openChatWith(person.identity);
  for (const [name, text] of conversation) {
    const [from, to] = name === person.identity.displayName ? [person, other] : [other, person];
    await from.composer(to.identity).fill(text);
    await from.composer(to.identity).press('Enter');
    await expect(to.log(from.identity).getByText(text.split('\n')[0] ?? '')).toBeVisible();
  }
  await visit('chat', page);
  await page.getByRole('button', { name: appWords.trust.unchecked }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await visit('chat-trust', page);
  await page.getByRole('link', { name: appWords.trust.show }).click();
  await expect(page.getByLabel(contactWords.digits, { exact: true })).toBeVisible();
  await visit('contact', page);
  await page.getByRole('button', { name: contactWords.match }).click();
  await expect(page.getByText(contactWords.sign.checked, { exact: true })).toBeVisible();
  await visit('contact-checked', page);
  await page.getByRole('link', { name: contactWords.back }).click();
  await expect(person.log(partner)).toBeVisible();
  await person.goOffline();
  await person.send(partner, 'This one waits.');
  await visit('chat-offline', page);
  await person.goOnline();
  await page.goto('/c/00000000-0000-4000-8000-000000000000');
  await person.unlock();
  await expect(page.getByText(appWords.chat.notFound)).toBeVisible();
  await visit('chat-not-found', page);
}

async function settingsScreens(person: Person, visit: Visit): Promise<void> {
  const { page } = person;
  await person.openSettings();
  await visit('settings', page);
  for (const section of settingsSections) {
    const name = appWords.settings[section];
    await page.getByRole('link', { name, exact: true }).first().click();
    await expect(page.getByRole('heading', { name, exact: true }).first()).toBeVisible();
    await visit(`settings-${section}`, page);
  }
}

async function settingsDialogs(person: Person, visit: Visit): Promise<void> {
  const { page } = person;
  const devices = page.getByRole('link', { name: appWords.settings.devices, exact: true });
  await devices.first().click();
  await person.button(appWords.device.erase).click();
  await expect(page.getByRole('dialog', { name: appWords.device.confirmTitle })).toBeVisible();
  await visit('settings-erase', page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: appWords.shortcuts.title })).toBeVisible();
  await visit('shortcuts', page);
  await page.keyboard.press('Escape');
}

async function lockedScreens(person: Person, other: Person, visit: Visit): Promise<void> {
  const { page } = person;
  await page.goto('/');
  await expect(person.unlockDialog).toBeVisible();
  await visit('unlock', page);
  await person.unlock('not the chat password');
  await expect(page.getByText(frontWords.error.wrong_chat_password)).toBeVisible();
  await visit('unlock-wrong', page);
  await person.button(appWords.unlock.forgotten).click();
  await visit('unlock-recover', page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await visit('chats-locked-at-start', page);
  await page.reload();
  await person.unlock();
  await person.unlocked();
  await person.lock();
  await visit('unlock-over-chats', page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await visit('chats-locked', page);
  await person.chatRow(other.identity).click();
  await expect(page.getByText(appWords.chat.locked)).toBeVisible();
  await visit('chat-locked', page);
}

async function newDeviceScreens(person: Person, visit: Visit): Promise<void> {
  const { page } = person;
  await person.signIn();
  await expect(person.button(appWords.newDevice.submit)).toBeVisible();
  await visit('new-device', page);
  await person.button(appWords.unlock.forgotten).click();
  await visit('new-device-recover', page);
}

/** Takes a new person through every screen there is, talking with another, and stops at each. */
export async function visitScreens(openDesk: () => Promise<Desk>, visit: Visit): Promise<void> {
  const ben = await Person.at(await openDesk(), newIdentity('Ben'));
  await ben.join();
  const ada = await Person.at(await openDesk(), newIdentity('Ada'));
  await frontScreens(ada, visit);
  await firstRunScreens(ada, visit);
  await newChatScreens(ada, ben, visit);
  await chatScreens(ada, ben, visit);
  await settingsScreens(ada, visit);
  await settingsDialogs(ada, visit);
  await lockedScreens(ada, ben, visit);
  const elsewhere = await Person.at(await openDesk(), ada.identity);
  await newDeviceScreens(elsewhere, visit);
  await ada.page.reload();
  await ada.unlock();
  await ada.unlocked();
  await deviceScreens(ada, elsewhere, visit);
}
