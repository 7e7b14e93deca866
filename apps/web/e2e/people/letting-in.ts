import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';
import { appWords } from '../../src/shared/i18n/app-words.ts';
import { deviceWords } from '../../src/shared/i18n/device-words.ts';
import type { Person } from './person.ts';
import { readQr } from './read-qr.ts';

/** Signs in on an empty browser and asks the account's other devices; answers what its QR code says. */
export async function askToBeLetIn(person: Person): Promise<string> {
  await person.signIn();
  await person.button(deviceWords.ask.action).click();
  const code = person.page.getByRole('img', { name: deviceWords.ask.qr });
  await expect(code).toBeVisible();
  return await readQr(code);
}

/** The bar above every screen of an unlocked device. */
export function requestBar({ page }: Person): Locator {
  return page.getByRole('alert', { name: deviceWords.request.region });
}

export async function lookAtRequest(person: Person): Promise<void> {
  await requestBar(person).getByRole('button', { name: deviceWords.request.look }).click();
  await expect(person.page.getByRole('dialog', { name: deviceWords.request.title })).toBeVisible();
}

/** The six digits on a screen, on either side. */
export async function digitsOn({ page }: Person): Promise<string> {
  const label = page.getByText(new RegExp(`^${deviceWords.request.code}: `));
  await expect(label).toBeAttached();
  return (await label.innerText()).replaceAll(/\D/g, '');
}

export async function openDevices(person: Person): Promise<void> {
  await person.openSettings();
  await person.page.getByRole('link', { name: appWords.settings.devices, exact: true }).click();
  await expect(deviceRows(person).first()).toBeVisible();
}

export function deviceRows({ page }: Person): Locator {
  return page.getByRole('list', { name: deviceWords.list.title }).getByRole('listitem');
}

/** Through to the end of the dialog: the relay has taken it out. */
export async function removeDevice(person: Person, row: number): Promise<void> {
  const { remove } = deviceWords;
  await deviceRows(person).nth(row).getByRole('button', { name: remove.action }).click();
  await person.field(remove.label.replace('{{word}}', remove.word)).fill(remove.word);
  await person.button(remove.submit).click();
  await expect(person.page.getByRole('dialog')).toBeHidden();
}

export async function isIn(person: Person): Promise<void> {
  await expect(person.button(appWords.chatList.newChat).first()).toBeVisible();
}
