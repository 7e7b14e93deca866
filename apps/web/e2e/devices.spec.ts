import { appWords } from '../src/shared/i18n/app-words.ts';
import { deviceWords } from '../src/shared/i18n/device-words.ts';
import { frontWords } from '../src/shared/i18n/front-words.ts';
import {
  askToBeLetIn,
  deviceRows,
  digitsOn,
  isIn,
  lookAtRequest,
  openDevices,
  removeDevice,
  requestBar,
} from './people/letting-in.ts';
import { Person, newIdentity } from './people/person.ts';
import { expect, test } from './test.ts';

const { ask, list, rename, request } = deviceWords;

/** How soon a removed device has to be out. */
const outWithinMs = 5_000;

test('the camera of one device lets another one in, which reads everything', async ({
  openPerson,
  openDesk,
  openCameraDesk,
}) => {
  test.setTimeout(120_000);
  const { desk, camera } = await openCameraDesk();
  const ada = await Person.at(desk, newIdentity('Ada'));
  const [ben] = await Promise.all([openPerson('Ben'), ada.join()]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'Written before');

  const elsewhere = await Person.at(await openDesk(), ada.identity);
  camera.show(await askToBeLetIn(elsewhere));
  await lookAtRequest(ada);
  await ada.button(request.scan).click();
  await expect(ada.page.getByText(request.scanned)).toBeVisible();
  await ada.button(request.letIn).click();

  await expect(ada.page.getByText(request.delivered)).toBeVisible();
  await isIn(elsewhere);
  await elsewhere.openChatWith(ben.identity);
  await expect(elsewhere.log(ben.identity).getByText('Written before')).toBeVisible();
  await elsewhere.send(ben.identity, 'Written by the new one');
  await ben.openChatWith(ada.identity);
  await expect(ben.log(ada.identity).getByText('Written by the new one')).toBeVisible();
  await ada.button(request.done).click();
  await expect(requestBar(ada)).toBeHidden();
  await openDevices(ada);
  await expect(deviceRows(ada)).toHaveCount(2);
  await expect(deviceRows(ada).first()).toContainText(list.thisDevice);
});

test('where the camera is not allowed, six digits on both screens let a device in', async ({
  openDesk,
  openCameraDesk,
}) => {
  const { desk } = await openCameraDesk({ forbidden: true });
  const ada = await Person.at(desk, newIdentity('Ada'));
  await ada.join();
  const elsewhere = await Person.at(await openDesk(), ada.identity);
  await askToBeLetIn(elsewhere);
  await lookAtRequest(ada);
  await ada.button(request.scan).click();
  await expect(ada.page.getByText(appWords.scan.denied)).toBeVisible();
  await ada.button(request.compare).click();

  const digits = await digitsOn(ada);
  expect(digits).toMatch(/^\d{6}$/);
  expect(await digitsOn(elsewhere)).toBe(digits);
  await elsewhere.button(ask.match).click();
  await expect(elsewhere.heading(ask.joiningTitle)).toBeVisible();
  await ada.button(request.same).click();

  await isIn(elsewhere);
});

test('somebody who only knows the login password is not let in, and that is said on both sides', async ({
  openPerson,
  openDesk,
}) => {
  const ada = await openPerson('Ada');
  const stranger = await Person.at(await openDesk(), ada.identity);
  await askToBeLetIn(stranger);
  await lookAtRequest(ada);

  await ada.button(request.notMe).click();

  await expect(ada.page.getByText(request.declinedAdvice)).toBeVisible();
  await expect(stranger.heading(ask.declinedTitle)).toBeVisible();
  await expect(requestBar(ada)).toBeHidden();
  await stranger.button(ask.back).click();
  await expect(stranger.button(appWords.newDevice.submit)).toBeVisible();
  await ada.button(request.done).click();
  await openDevices(ada);
  await expect(deviceRows(ada)).toHaveCount(1);
});

test('a removed browser is signed out within 5 seconds and reads nothing', async ({
  openPerson,
  openDesk,
  request: http,
}) => {
  test.setTimeout(120_000);
  const [ada, ben] = await Promise.all([openPerson('Ada'), openPerson('Ben')]);
  await ada.startChatWith(ben.identity);
  await ada.send(ben.identity, 'Before the removal');
  const lost = await Person.at(await openDesk(), ada.identity);
  let authorization = '';
  lost.desk.context.on('request', (sent) => {
    authorization = sent.headers()['authorization'] ?? authorization;
  });
  await lost.signIn();
  await lost.addThisDevice();
  await lost.openChatWith(ben.identity);
  await expect(lost.log(ben.identity).getByText('Before the removal')).toBeVisible();
  const chatAddress = lost.page.url();
  /** What the relay says to the token that this browser had. */
  const answer = async (): Promise<number> => {
    const address = `${lost.desk.wire.origin}/api/account`;
    return (await http.get(address, { headers: { authorization } })).status();
  };
  expect(await answer()).toBe(200);

  await openDevices(ada);
  await removeDevice(ada, 1);

  await expect(lost.heading(frontWords.signIn.title)).toBeVisible({ timeout: outWithinMs });
  await expect(lost.page.getByText(frontWords.signIn.revoked)).toBeVisible();
  expect(await answer()).toBe(410);
  await expect(deviceRows(ada)).toHaveCount(1);
  await ben.openChatWith(ada.identity);
  await ben.send(ada.identity, 'After the removal');
  await ada.openChatWith(ben.identity);
  await expect(ada.log(ben.identity).getByText('After the removal')).toBeVisible();
  await lost.page.goto(chatAddress);
  await expect(lost.heading(frontWords.signIn.title)).toBeVisible();
  await expect(lost.page.getByText(/the removal/)).toHaveCount(0);
  await lost.signIn();
  await expect(lost.button(ask.action)).toBeVisible();
});

test('a browser that was closed while it was removed is out as soon as it comes back', async ({
  openPerson,
  openDesk,
}) => {
  test.setTimeout(120_000);
  const ada = await openPerson('Ada');
  const desk = await openDesk();
  const closed = await Person.at(desk, ada.identity);
  await closed.signIn();
  await closed.addThisDevice();
  await closed.page.close();
  await openDevices(ada);
  await removeDevice(ada, 1);

  const again = await Person.at(desk, ada.identity);
  await again.page.goto('/');
  await again.unlock();

  await expect(again.heading(frontWords.signIn.title)).toBeVisible();
  await expect(again.page.getByText(frontWords.signIn.revoked)).toBeVisible();
});

test('a device is renamed, and the others show its new name', async ({ openPerson, openDesk }) => {
  const ada = await openPerson('Ada');
  const elsewhere = await Person.at(await openDesk(), ada.identity);
  await elsewhere.signIn();
  await elsewhere.addThisDevice();
  await openDevices(elsewhere);
  await openDevices(ada);

  await deviceRows(ada).first().getByRole('button', { name: rename.action }).click();
  await ada.field(rename.label).fill('The one at home');
  await ada.button(rename.submit).click();

  await expect(deviceRows(ada).first()).toContainText('The one at home');
  await expect(deviceRows(elsewhere).nth(1)).toContainText('The one at home');
  await expect(ada.page.getByText(list.nameUnconfirmed)).toBeHidden();
  await expect(elsewhere.page.getByText(list.nameUnconfirmed)).toBeHidden();
});
