import { ClientError } from '@sotto/client';
import type { LinkRequest } from '@sotto/client';
import { act, screen } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { expect, test } from 'vitest';
import { useClient } from '../../shared/client/client-context.ts';
import { useStore } from '../../shared/client/use-store.ts';
import { aDevicesState, aLinkRequest } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import type { ScriptedClient } from '../../testing/scripted-client.ts';
import { RequestBar } from './RequestBar.tsx';

const asked = aLinkRequest({ deviceName: 'Chrome on Windows' });
const { linkId } = asked;

function Bar() {
  const { requests } = useStore(useClient().devices);
  return <RequestBar requests={requests} />;
}

function show(client: ScriptedClient, ...requests: LinkRequest[]): void {
  act(() => client.devices.set(aDevicesState({ requests })));
}

async function look(answers: Parameters<typeof scriptedClient>[0] = {}) {
  const client = scriptedClient(answers);
  client.devices.set(aDevicesState({ requests: [asked] }));
  const page = (
    <Routes>
      <Route path="/" element={<Bar />} />
      <Route path="/settings/account" element={<p>account settings</p>} />
    </Routes>
  );
  const { user } = renderApp(client, page);
  await user.click(screen.getByRole('button', { name: 'Look' }));
  return { client, user };
}

const button = (name: string) => screen.getByRole('button', { name });

test('the bar says who asks and what they know', () => {
  const client = scriptedClient();
  client.devices.set(aDevicesState({ requests: [asked, aLinkRequest()] }));
  renderApp(client, <Bar />);

  expect(screen.getByRole('alert')).toHaveTextContent(
    'Somebody who knows your login password asks to read your messages: Chrome on Windows and 1 more',
  );
});

test('digits are compared, then the device is let in', async () => {
  const { client, user } = await look();

  await user.click(button('Compare six digits'));
  show(client, { ...asked, step: 'waiting' });
  expect(screen.getByText('Waiting for the other screen …')).toBeVisible();
  show(client, { ...asked, step: 'comparing', code: '048213' });
  expect(screen.getByText('048')).toBeVisible();
  expect(screen.getByText('213')).toBeVisible();
  await user.click(button('They match: let it in'));
  show(client);

  expect(screen.getByRole('dialog', { name: 'Let in' })).toBeVisible();
  expect(client.calls).toEqual([
    { method: 'answerLink', input: { linkId } },
    { method: 'approveLink', input: { linkId } },
  ]);
  await user.click(button('Done'));
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});

test('digits that differ refuse the device and say what that may mean', async () => {
  const { client, user } = await look();
  show(client, { ...asked, step: 'comparing', code: '048213' });

  await user.click(button('They don’t match'));
  show(client);

  expect(client.calls).toEqual([{ method: 'declineLink', input: { linkId } }]);
  expect(screen.getByText(/somebody stands between your devices/)).toBeVisible();
  expect(screen.getByText(/knows your login password/)).toBeVisible();
});

test('refusing leads to a new login password', async () => {
  const { client, user } = await look();

  await user.click(button('It’s not me'));
  show(client);
  expect(screen.queryByText(/stands between/)).not.toBeInTheDocument();
  await user.click(screen.getByRole('link', { name: 'Change login password' }));

  expect(screen.getByText('account settings')).toBeVisible();
});

test('after a scan it can be let in; digits are there in case the other screen shows them', async () => {
  const { client, user } = await look();
  show(client, { ...asked, step: 'scanned', code: '048213' });

  expect(screen.getByText('The camera has recognised the device in front of you.')).toBeVisible();
  expect(screen.getByText('048213')).toBeVisible();
  await user.click(button('Let it in'));

  expect(client.calls).toEqual([{ method: 'approveLink', input: { linkId } }]);
});

test('without a camera the digits are one press away', async () => {
  const { client, user } = await look();

  await user.click(button('Scan its code'));
  expect(await screen.findByText(/camera/, { selector: '[role=status] div' })).toBeVisible();
  await user.click(button('Compare six digits'));

  expect(client.calls).toEqual([{ method: 'answerLink', input: { linkId } }]);
});

test('another device that answers is named as such, and it can still be refused', async () => {
  const { client, user } = await look();
  show(client, { ...asked, step: 'busy' });

  expect(screen.getByText('Another of your devices is answering this request.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /Compare|Scan|let it in/i })).toBeNull();
  await user.click(button('It’s not me'));

  expect(client.calls).toEqual([{ method: 'declineLink', input: { linkId } }]);
});

test('a request that goes away says so', async () => {
  const { client } = await look();

  show(client);

  expect(screen.getByRole('dialog', { name: 'This request has ended' })).toBeVisible();
});

test('what does not fit is not let in, in words', async () => {
  const { client, user } = await look({
    approveLink: () => Promise.reject(new ClientError('untrusted')),
  });
  show(client, { ...asked, step: 'comparing', code: '048213' });

  await user.click(button('They match: let it in'));

  expect(
    await screen.findByText('What the server says doesn’t fit. The device was not let in.'),
  ).toBeVisible();
});
