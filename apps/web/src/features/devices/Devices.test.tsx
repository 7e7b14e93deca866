import { ClientError } from '@sotto/client';
import type { DevicesState } from '@sotto/client';
import type { DeviceId } from '@sotto/protocol';
import { act, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aDevice, aDevicesState } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { Devices } from './Devices.tsx';

const here = aDevice({ name: 'Firefox on Linux', thisDevice: true });
const phone = aDevice({ name: 'Chrome on Android' });

function open(
  state: Partial<DevicesState> = {},
  answers: Parameters<typeof scriptedClient>[0] = {},
) {
  const client = scriptedClient(answers);
  client.devices.set(aDevicesState({ devices: [here, phone], ...state }));
  const onUnlock = vi.fn<() => void>();
  const page = <Devices addDevice={<p>how to add one</p>} onUnlock={onUnlock} />;
  return { client, onUnlock, ...renderApp(client, page) };
}

const rows = () =>
  within(screen.getByRole('list', { name: 'Your devices' })).getAllByRole('listitem');

test('this device is marked and cannot be removed here', () => {
  open();

  const [first, second] = rows();
  expect(first).toHaveTextContent('This device');
  expect(second).not.toHaveTextContent('This device');
  expect(screen.queryByRole('button', { name: 'Remove Firefox on Linux' })).not.toBeInTheDocument();
  expect(screen.getByText('how to add one')).toBeVisible();
});

test('a name that no device certified is said to be the server’s word', () => {
  open({ devices: [here, aDevice({ name: 'Router', nameCertified: false })] });

  const [first, second] = rows();
  expect(second).toHaveTextContent('This name is the server’s word.');
  expect(first).not.toHaveTextContent('server’s word');
});

test('renaming sends the trimmed name and closes', async () => {
  const { client, user } = open();
  await user.click(screen.getByRole('button', { name: 'Rename Chrome on Android' }));

  expect(screen.getByLabelText('Name')).toHaveFocus();
  expect(screen.getByLabelText('Name')).toHaveValue('Chrome on Android');
  await user.clear(screen.getByLabelText('Name'));
  await user.keyboard('  Phone {Enter}');

  expect(client.calls).toEqual([
    { method: 'renameDevice', input: { deviceId: phone.deviceId, name: 'Phone' } },
  ]);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});

test('an empty name is not sent, and one that is refused is said at its field', async () => {
  const { client, user } = open(
    {},
    { renameDevice: () => Promise.reject(new ClientError('name_invalid')) },
  );
  await user.click(screen.getByRole('button', { name: 'Rename Chrome on Android' }));

  await user.clear(screen.getByLabelText('Name'));
  await user.keyboard('{Enter}');
  expect(client.calls).toEqual([]);
  await user.type(screen.getByLabelText('Name'), 'x'.repeat(70));
  await user.keyboard('{Enter}');

  expect(await screen.findByRole('alert')).toHaveTextContent('1 to 64 characters');
  expect(screen.getByLabelText('Name')).toBeInvalid();
});

test('removing tells what it does and cannot do, and waits for the word', async () => {
  const { client, user } = open();
  await user.click(screen.getByRole('button', { name: 'Remove Chrome on Android' }));
  const dialog = screen.getByRole('dialog', { name: 'Remove Chrome on Android?' });
  expect(dialog).toHaveTextContent(
    'Remove this device. It keeps what it already has. It stops getting new messages.',
  );

  await user.click(within(dialog).getByRole('button', { name: 'Remove this device' }));
  expect(client.calls).toEqual([]);
  expect(screen.getByRole('alert')).toHaveTextContent('Type “remove” here.');
  await user.keyboard('remove{Enter}');

  expect(client.calls).toEqual([{ method: 'removeDevice', input: { deviceId: phone.deviceId } }]);
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});

test('a removal that fails stays open and says why', async () => {
  const { user } = open({}, { removeDevice: () => Promise.reject(new ClientError('offline')) });
  await user.click(screen.getByRole('button', { name: 'Remove Chrome on Android' }));
  await user.type(screen.getByLabelText('Type “remove” to confirm'), 'remove{Enter}');

  expect(await screen.findByRole('alert')).toHaveTextContent('You’re offline.');
});

test('removing says whether it changes the keys of the account', async () => {
  const { client, user } = open();
  await user.click(screen.getByRole('button', { name: 'Remove Chrome on Android' }));

  expect(screen.getByText(/Your account gets new keys as well/)).toBeVisible();
  expect(screen.queryByText(/Could they unlock it/)).not.toBeInTheDocument();

  act(() => client.devices.set(aDevicesState({ devices: [here, phone], changesKeys: false })));
  expect(screen.queryByText(/Your account gets new keys as well/)).not.toBeInTheDocument();
  expect(screen.getByText(/Could they unlock it/)).toBeVisible();
});

test('a removal that left the keys as they were says what to do, until it is done', () => {
  const { client } = open({ changesKeys: false, keysDue: true });

  expect(screen.getByRole('status')).toHaveTextContent(
    /still knows the keys.*Lock and unlock with your chat password.*new recovery key/,
  );

  act(() => client.devices.set(aDevicesState({ devices: [here, phone] })));
  expect(screen.queryByText(/still knows the keys/)).not.toBeInTheDocument();
});

test('a device that is removed elsewhere takes its dialog along', async () => {
  const { client, user } = open();
  await user.click(screen.getByRole('button', { name: 'Remove Chrome on Android' }));

  act(() => client.devices.set(aDevicesState({ devices: [here] })));

  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(screen.getByText(/This is your only device/)).toBeVisible();
});

test('removed devices are folded away', async () => {
  const removed = { deviceId: 'gone' as DeviceId, name: 'Old phone', removedAtMs: Date.now() };
  const { user } = open({ removed: [removed] });
  expect(screen.getByText('Old phone')).not.toBeVisible();

  await user.click(screen.getByText('1 removed device'));

  expect(screen.getByText('Old phone')).toBeVisible();
});

test('the sign of quantum-safe keys says what it means and what the server sees', async () => {
  const { user } = open({ devices: [here, aDevice({ name: 'Old one', postQuantum: false })] });

  await user.click(screen.getByRole('button', { name: 'Not quantum-safe' }));

  const dialog = screen.getByRole('dialog', { name: 'Keys of Old one' });
  expect(dialog).toHaveTextContent('What you can do');
  expect(dialog).toHaveTextContent('What the server still sees');
});

test.each([
  ['rollback', 'The server shows an old list of your devices'],
  ['untrusted', 'The list of your devices doesn’t hold'],
] as const)('an alarm stands above the list: %s', (alarm, title) => {
  open({ alarm });

  expect(screen.getByRole('heading', { name: title })).toBeVisible();
  expect(screen.getByText(/Don’t add or remove devices now/)).toBeVisible();
  expect(rows()).toHaveLength(2);
});

test('while locked nothing is listed, and it can be unlocked from there', async () => {
  const { user, onUnlock } = open({ status: 'locked', devices: [] });
  expect(screen.queryByRole('list')).not.toBeInTheDocument();

  await user.click(screen.getByRole('button', { name: 'Unlock' }));

  expect(onUnlock).toHaveBeenCalledOnce();
});

test('loading shows a shape of rows, but not at once', async () => {
  open({ status: 'loading', devices: [] });
  expect(screen.queryByText('Loading')).not.toBeInTheDocument();

  expect(await screen.findByText('Loading')).toBeInTheDocument();
});

test('offline says that the list may be old', () => {
  const { client } = open();

  act(() => client.connection.set({ status: 'offline', retryAtMs: null }));

  expect(screen.getByText(/as this device last saw it/)).toBeVisible();
});
