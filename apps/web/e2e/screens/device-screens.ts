import { expect } from '@playwright/test';
import { appWords } from '../../src/shared/i18n/app-words.ts';
import { deviceWords } from '../../src/shared/i18n/device-words.ts';
import { frontWords } from '../../src/shared/i18n/front-words.ts';
import {
  askToBeLetIn,
  deviceRows,
  digitsOn,
  isIn,
  lookAtRequest,
  openDevices,
  requestBar,
} from '../people/letting-in.ts';
import type { Person } from '../people/person.ts';
import type { Visit } from './visit-screens.ts';

const { ask, quantum, remove, rename, request } = deviceWords;

async function refuse(person: Person, elsewhere: Person, visit: Visit): Promise<void> {
  await askToBeLetIn(elsewhere);
  await visit('ask-code', elsewhere.page);
  await expect(requestBar(person)).toBeVisible();
  await visit('request-bar', person.page);
  await lookAtRequest(person);
  await visit('request', person.page);
  await person.button(request.notMe).click();
  await expect(person.page.getByText(request.declinedAdvice)).toBeVisible();
  await visit('request-declined', person.page);
  await person.button(request.done).click();
  await expect(elsewhere.heading(ask.declinedTitle)).toBeVisible();
  await visit('ask-declined', elsewhere.page);
}

async function letIn(person: Person, elsewhere: Person, visit: Visit): Promise<void> {
  await elsewhere.button(ask.again).click();
  await lookAtRequest(person);
  await person.button(request.scan).click();
  await expect(person.page.getByText(appWords.scan.none)).toBeVisible();
  await visit('request-no-camera', person.page);
  await person.button(request.compare).click();
  await digitsOn(person);
  await visit('request-comparing', person.page);
  await digitsOn(elsewhere);
  await visit('ask-comparing', elsewhere.page);
  await elsewhere.button(ask.match).click();
  await expect(elsewhere.heading(ask.joiningTitle)).toBeVisible();
  await visit('ask-joining', elsewhere.page);
  await person.button(request.same).click();
  await expect(person.page.getByText(request.delivered)).toBeVisible();
  await visit('request-delivered', person.page);
  await person.button(request.done).click();
  await isIn(elsewhere);
}

async function changeDevices(person: Person, visit: Visit): Promise<void> {
  const { page } = person;
  const other = deviceRows(person).nth(1);
  await openDevices(person);
  await expect(other).toBeVisible();
  await visit('devices', page);
  for (const [name, button] of [
    ['devices-quantum', quantum.yes],
    ['devices-rename', rename.action],
    ['devices-remove', remove.action],
  ] as const) {
    await other.getByRole('button', { name: button }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await visit(name, page);
    if (button !== remove.action) await page.keyboard.press('Escape');
  }
  await person.field(remove.label.replace('{{word}}', remove.word)).fill(remove.word);
  await person.button(remove.submit).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.getByText('1 removed device').click();
  await visit('devices-removed', page);
}

/** A device that is refused, let in and removed again. `elsewhere`: an empty browser. */
export async function deviceScreens(
  person: Person,
  elsewhere: Person,
  visit: Visit,
): Promise<void> {
  await refuse(person, elsewhere, visit);
  await letIn(person, elsewhere, visit);
  await changeDevices(person, visit);
  await expect(elsewhere.heading(frontWords.signIn.title)).toBeVisible();
  await visit('sign-in-removed', elsewhere.page);
}
