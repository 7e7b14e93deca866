import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { aDevice, aDevicesState, aLinkRequest, ben } from '../testing/builders.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import { App } from './App.tsx';

const ready = { phase: 'ready', profile: ben, email: 'ben@example.org' } as const;

beforeEach(() => history.replaceState(null, '', '/'));

test.each(['/', '/settings/appearance', '/c/00000000-0000-4000-8000-000000000000'])(
  'whoever asks to be let in is shown at %s',
  async (address) => {
    history.replaceState(null, '', address);
    const client = scriptedClient();
    client.session.set(ready);
    client.devices.set(aDevicesState({ requests: [aLinkRequest()] }));

    render(<App client={client} />);

    expect(await screen.findByRole('alert', { name: 'Request to be let in' })).toBeVisible();
  },
);

test('a lock takes it away, and one that was let in is no news', async () => {
  const client = scriptedClient();
  client.session.set(ready);
  const asked = aLinkRequest();
  client.devices.set(aDevicesState({ requests: [asked] }));
  render(<App client={client} />);
  await screen.findByRole('alert');

  act(() => client.devices.set(aDevicesState({ requests: [{ ...asked, step: 'delivered' }] })));
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  act(() => client.devices.set(aDevicesState({ requests: [asked] })));
  expect(screen.getByRole('alert')).toBeVisible();
  act(() =>
    client.session.set({ phase: 'locked', cause: 'manual', profile: ben, retryAtMs: null }),
  );

  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('a device that came to the account is told of until somebody says that they know', async () => {
  const client = scriptedClient();
  client.session.set(ready);
  const added = aDevice({ name: 'Chrome on Windows', isNew: true });
  client.devices.set(aDevicesState({ devices: [aDevice({ thisDevice: true }), added] }));
  render(<App client={client} />);

  const bar = await screen.findByRole('alert', { name: 'New device' });
  expect(bar).toHaveTextContent(
    'A device was added to your account: Chrome on Windows. If that wasn’t you, remove it.',
  );
  await userEvent.click(within(bar).getByRole('button', { name: 'That was me' }));
  const { deviceId } = added;
  expect(client.calls).toContainEqual({
    method: 'acknowledgeDevices',
    input: { deviceIds: [deviceId] },
  });

  act(() => client.devices.set(aDevicesState({ devices: [{ ...added, isNew: false }] })));
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('a list of devices that was set back is said on every screen, and leads to the list', async () => {
  const client = scriptedClient();
  client.session.set(ready);
  client.devices.set(aDevicesState({ alarm: 'rollback' }));

  render(<App client={client} />);

  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The server shows an old list of your devices',
  );
  expect(screen.getByRole('link', { name: 'Show devices' })).toHaveAttribute(
    'href',
    '/settings/devices',
  );
});
