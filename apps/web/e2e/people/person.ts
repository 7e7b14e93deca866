import { randomBytes } from 'node:crypto';
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
import { appWords } from '../../src/shared/i18n/app-words.ts';
import { frontWords } from '../../src/shared/i18n/front-words.ts';
import type { Desk } from './desk.ts';

const random = (): string => randomBytes(9).toString('hex');

/** Somebody with an account of their own: nothing of it is used twice. */
export interface Identity {
  displayName: string;
  handle: string;
  email: string;
  loginPassword: string;
  chatPassword: string;
}

export function newIdentity(displayName: string): Identity {
  const mark = random();
  return {
    displayName,
    handle: `${displayName.toLowerCase()}_${mark.slice(0, 10)}`,
    email: `${displayName.toLowerCase()}-${mark}@example.org`,
    loginPassword: `login ${random()}`,
    chatPassword: `chats ${random()}`,
  };
}

/** One person at one page, doing what people do: by names and labels that they read. */
export class Person {
  readonly desk: Desk;
  readonly page: Page;
  readonly identity: Identity;
  recoveryKeyGroups: string[] = [];

  constructor(desk: Desk, page: Page, identity: Identity) {
    this.desk = desk;
    this.page = page;
    this.identity = identity;
  }

  /** In a new tab. */
  static async at(desk: Desk, identity: Identity): Promise<Person> {
    return new Person(desk, await desk.context.newPage(), identity);
  }

  /** The browser is told, and the cable is cut: Chromium's own switch leaves open websockets alone. */
  async goOffline(): Promise<void> {
    await this.desk.context.setOffline(true);
    this.desk.wire.cut();
    await expect(this.page.getByText(frontWords.connection.offline)).toBeVisible();
  }

  /** Waits for the connection: at most as long as the client pauses between tries. */
  async goOnline(): Promise<void> {
    this.desk.wire.mend();
    await this.desk.context.setOffline(false);
    await expect(this.page.getByText(frontWords.connection.offline)).toBeHidden({
      timeout: 40_000,
    });
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { name, exact: true });
  }

  async signUp(): Promise<void> {
    const { signIn, signUp } = frontWords;
    await this.page.goto('/sign-up');
    await this.field(signIn.email).fill(this.identity.email);
    await this.field(signIn.password).fill(this.identity.loginPassword);
    await this.button(signUp.submit).click();
    await expect(this.heading(appWords.profile.title)).toBeVisible();
  }

  async createProfile(): Promise<void> {
    const { profile } = appWords;
    await this.field(profile.name).fill(this.identity.displayName);
    await this.field(profile.handle).fill(this.identity.handle);
    await this.button(frontWords.action.continue).click();
    await expect(this.heading(appWords.chatPassword.title)).toBeVisible();
  }

  async setChatPassword(): Promise<void> {
    await this.field(appWords.chatPassword.label).fill(this.identity.chatPassword);
    await this.button(frontWords.action.continue).click();
    await expect(this.heading(appWords.recovery.title)).toBeVisible();
    this.recoveryKeyGroups = await this.readRecoveryKey();
  }

  /** The groups of the key that is shown. */
  async readRecoveryKey(): Promise<string[]> {
    const key = this.page.getByRole('list', { name: appWords.recovery.label });
    return await key
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.lastElementChild?.textContent ?? ''));
  }

  /** Types the two groups that are asked for. */
  async typeAskedGroups(groups: readonly string[]): Promise<void> {
    const asked = this.page.getByRole('textbox', { name: /^Group \d+$/ });
    await expect(asked).toHaveCount(2);
    for (const field of await asked.all()) {
      const label = await field.evaluate(
        (input: HTMLInputElement) => input.labels?.[0]?.textContent,
      );
      const position = Number(/\d+/.exec(label ?? '')?.[0]);
      await field.fill(groups[position - 1] ?? '');
    }
  }

  async confirmRecoveryKey(): Promise<void> {
    const { recovery } = appWords;
    await this.button(recovery.next).click();
    await expect(this.heading(recovery.confirmTitle)).toBeVisible();
    await this.typeAskedGroups(this.recoveryKeyGroups);
    await this.button(frontWords.action.continue).click();
    await expect(this.button(appWords.chatList.newChat).first()).toBeVisible();
  }

  /** From nothing to an empty list of chats. */
  async join(): Promise<void> {
    await this.signUp();
    await this.createProfile();
    await this.setChatPassword();
    await this.confirmRecoveryKey();
  }

  async signIn(): Promise<void> {
    await this.page.goto('/sign-in');
    await this.field(frontWords.signIn.email).fill(this.identity.email);
    await this.field(frontWords.signIn.password).fill(this.identity.loginPassword);
    await this.button(frontWords.signIn.submit).click();
  }

  /** The dialog of a device that is locked. */
  get unlockDialog(): Locator {
    return this.page.getByRole('dialog', { name: appWords.unlock.title });
  }

  async unlock(chatPassword: string = this.identity.chatPassword): Promise<void> {
    await this.unlockDialog
      .getByLabel(appWords.chatPassword.label, { exact: true })
      .fill(chatPassword);
    await this.unlockDialog
      .getByRole('button', { name: appWords.unlock.submit, exact: true })
      .click();
  }

  async unlocked(): Promise<void> {
    await expect(this.unlockDialog).toBeHidden();
    await expect(this.page.getByText(appWords.unlock.locked, { exact: true })).toBeHidden();
  }

  async addThisDevice(): Promise<void> {
    await this.field(appWords.chatPassword.label).fill(this.identity.chatPassword);
    await this.button(appWords.newDevice.submit).click();
    await expect(this.button(appWords.chatList.newChat).first()).toBeVisible();
  }

  async startChatWith(other: Identity): Promise<void> {
    const { newChat } = appWords;
    await this.button(appWords.chatList.newChat).first().click();
    const dialog = this.page.getByRole('dialog', { name: newChat.title });
    await dialog.getByLabel(newChat.handle, { exact: true }).fill(other.handle);
    await dialog.getByRole('button', { name: newChat.find, exact: true }).click();
    await expect(dialog.getByText(other.displayName, { exact: true })).toBeVisible();
    await dialog.getByRole('button', { name: newChat.start, exact: true }).click();
    await expect(this.composer(other)).toBeVisible();
  }

  async openChatWith(other: Identity): Promise<void> {
    await this.chatRow(other).click();
    await expect(this.log(other)).toBeVisible();
  }

  chatRow(other: Identity): Locator {
    return this.page
      .getByRole('list', { name: appWords.chatList.title })
      .getByRole('link', { name: other.displayName });
  }

  composer(other: Identity): Locator {
    return this.field(appWords.composer.label.replace('{{name}}', other.displayName));
  }

  log(other: Identity): Locator {
    return this.page.getByRole('log', {
      name: appWords.chat.log.replace('{{name}}', other.displayName),
    });
  }

  async send(other: Identity, text: string): Promise<void> {
    await this.composer(other).fill(text);
    await this.composer(other).press('Enter');
    await expect(this.log(other).getByText(text, { exact: true })).toBeVisible();
  }

  /** What the log shows of these texts, in its order. */
  async shown(other: Identity, texts: readonly string[]): Promise<string[]> {
    const all = await this.log(other)
      .getByText(/./)
      .evaluateAll((elements) =>
        elements.filter((e) => e.childElementCount === 0).map((e) => e.textContent ?? ''),
      );
    return all.filter((text) => texts.includes(text));
  }

  async lock(): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+Shift+L');
    await expect(this.page.getByText(appWords.unlock.locked, { exact: true })).toBeVisible();
  }

  async openSettings(): Promise<void> {
    await this.page.getByRole('link', { name: appWords.nav.settings }).first().click();
    await expect(this.heading(appWords.settings.title)).toBeVisible();
  }

  async signOut(): Promise<void> {
    await this.openSettings();
    await this.button(appWords.account.signOutHere).click();
    await expect(this.heading(frontWords.signIn.title)).toBeVisible();
  }
}
