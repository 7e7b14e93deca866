import { expect } from '@playwright/test';
import { appWords } from '../../src/shared/i18n/app-words.ts';
import { frontWords } from '../../src/shared/i18n/front-words.ts';
import { securityWords } from '../../src/shared/i18n/security-words.ts';
import { Authenticator } from './authenticator.ts';
import type { Person } from './person.ts';
import { readQr } from './read-qr.ts';

const { end, factor } = securityWords;

export async function openSecurity(person: Person): Promise<void> {
  await person.openSettings();
  await person.page.getByRole('link', { name: appWords.settings.security, exact: true }).click();
  await expect(person.heading(factor.title)).toBeVisible();
}

/** Sets up the second step from the page of security; answers the app and what it was told. */
export async function switchOnSecondStep(
  person: Person,
): Promise<{ app: Authenticator; secret: string }> {
  await person.button(factor.start).click();
  const qr = person.page.getByRole('img', { name: factor.qr });
  await expect(qr).toBeVisible();
  const otpauthUrl = await readQr(qr);
  const app = new Authenticator(otpauthUrl);
  await person.field(factor.code).fill(await app.code());
  await person.field(factor.recovery).fill(person.recoveryKeyGroups.join('-'));
  await person.button(factor.confirm).click();
  await expect(person.page.getByText(factor.done)).toBeVisible();
  return { app, secret: new URL(otpauthUrl).searchParams.get('secret') ?? '' };
}

/** From the page of security to the sign-in. */
export async function deleteAccount(person: Person): Promise<void> {
  await person.button(end.start).click();
  await person.field(end.password).fill(person.identity.loginPassword);
  await person.button(end.confirm).click();
  await expect(person.heading(frontWords.signIn.title)).toBeVisible();
}
