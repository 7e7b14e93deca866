import { appWords } from '../src/shared/i18n/app-words.ts';
import { frontWords } from '../src/shared/i18n/front-words.ts';
import { securityWords } from '../src/shared/i18n/security-words.ts';
import { Person } from './people/person.ts';
import { openSecurity, switchOnSecondStep } from './people/security-page.ts';
import { expect, test } from './test.ts';

const { activity, code, end, factor, recovery } = securityWords;

test('signing in asks for a code, and the recovery key stands in for a lost app', async ({
  openPerson,
  openDesk,
}) => {
  test.setTimeout(180_000);
  const ada = await openPerson('Ada');
  await openSecurity(ada);
  const { app } = await switchOnSecondStep(ada);

  const elsewhere = await Person.at(await openDesk(), ada.identity);
  await elsewhere.signIn();
  await expect(elsewhere.heading(code.title)).toBeVisible();
  await elsewhere.field(code.label).fill('000000');
  await elsewhere.button(code.submit).click();
  await expect(elsewhere.page.getByText(frontWords.error.wrong_code)).toBeVisible();
  await elsewhere.field(code.label).fill(await app.code());
  await elsewhere.button(code.submit).click();
  await elsewhere.addThisDevice();

  const third = await Person.at(await openDesk(), ada.identity);
  await third.signIn();
  await third.button(code.lost).click();
  await third.field(code.keyLabel).fill(ada.recoveryKeyGroups.join('-'));
  await third.button(code.keySubmit).click();
  await third.addThisDevice();

  await openSecurity(third);
  await expect(third.page.getByText(factor.on, { exact: true })).toBeVisible();
  await third.button(factor.stop).click();
  const dialog = third.page.getByRole('dialog');
  await dialog.getByRole('button', { name: factor.stopWithKey }).click();
  await dialog.getByLabel(factor.recovery, { exact: true }).fill(ada.recoveryKeyGroups.join('-'));
  await dialog.getByRole('button', { name: factor.stop, exact: true }).click();
  await expect(third.page.getByText(factor.stopped)).toBeVisible();
  const fourth = await Person.at(await openDesk(), ada.identity);
  await fourth.signIn();
  await expect(fourth.button(appWords.newDevice.submit)).toBeVisible();
});

test('a new recovery key takes the place of the old one', async ({ openPerson, openDesk }) => {
  const ada = await openPerson('Ada');
  const old = ada.recoveryKeyGroups;
  await openSecurity(ada);
  await ada.button(recovery.renew).click();
  await ada.field(recovery.password).fill(ada.identity.chatPassword);
  await ada.button(recovery.continue).click();
  await expect(ada.heading(recovery.shownTitle)).toBeVisible();
  const fresh = await ada.readRecoveryKey();
  expect(fresh).not.toEqual(old);
  await ada.button(appWords.recovery.next).click();
  await ada.typeAskedGroups(fresh);
  await ada.button(recovery.confirm).click();
  await expect(ada.page.getByText(recovery.done)).toBeVisible();

  const elsewhere = await Person.at(await openDesk(), ada.identity);
  await elsewhere.signIn();
  await elsewhere.button(appWords.unlock.forgotten).click();
  const newPassword = `${ada.identity.chatPassword} anew`;
  await elsewhere.field(appWords.recover.key).fill(old.join('-'));
  await elsewhere.field(appWords.recover.next).fill(newPassword);
  await elsewhere.button(appWords.recover.submit).click();
  await expect(elsewhere.page.getByText(frontWords.error.wrong_recovery_key)).toBeVisible();
  await elsewhere.field(appWords.recover.key).fill(fresh.join('-'));
  await elsewhere.button(appWords.recover.submit).click();
  await expect(elsewhere.button(appWords.chatList.newChat).first()).toBeVisible();
});

test('the record says what happened, and the data can be saved', async ({ openPerson }) => {
  const ada = await openPerson('Ada');
  const ben = await openPerson('Ben');
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'For the export');
  await openSecurity(ada);
  await ada.button(activity.show).click();
  const record = ada.page.getByRole('list', { name: activity.table });
  await expect(record.getByText(activity.device_registered)).toBeVisible();
  await expect(record.getByText(activity.vault_created)).toBeVisible();

  const download = ada.page.waitForEvent('download');
  await ada.button(securityWords.export.start).click();
  const file = await download;
  const stream = await file.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');

  expect(text).toContain('For the export');
  expect(text).toContain(ada.identity.handle);
  expect(text).not.toContain(ada.identity.chatPassword);
});

test('a deleted account is gone everywhere, and its partner keeps what was said', async ({
  openPerson,
  openDesk,
}) => {
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'Before I go');
  await ben.openChatWith(ada.identity);
  await expect(ben.log(ada.identity).getByText('Before I go')).toBeVisible();

  await openSecurity(ada);
  await ada.button(end.start).click();
  await ada.field(end.password).fill('not my password');
  await ada.button(end.confirm).click();
  await expect(ada.page.getByText(frontWords.error.invalid_credentials)).toBeVisible();
  await ada.field(end.password).fill(ada.identity.loginPassword);
  await ada.button(end.confirm).click();

  await expect(ada.heading(frontWords.signIn.title)).toBeVisible();
  await ada.signIn();
  await expect(ada.page.getByText(frontWords.error.invalid_credentials)).toBeVisible();
  await expect(ben.log(ada.identity).getByText('Before I go')).toBeVisible();
  await expect(ben.composer(ada.identity)).toBeHidden({ timeout: 30_000 });
  const again = await Person.at(await openDesk(), ada.identity);
  await again.join();
});
