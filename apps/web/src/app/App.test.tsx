import { act, screen } from '@testing-library/react';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { aChat, aSummary, ben } from '../testing/builders.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import { App } from './App.tsx';

const summary = aSummary();

function clientWithChat() {
  const client = scriptedClient();
  client.chats.set({ status: 'ready', chats: [summary] });
  client.chat(summary.chatId).set(aChat());
  return client;
}

const ready = { phase: 'ready', profile: ben, email: 'ben@example.org' } as const;

beforeEach(() => history.replaceState(null, '', '/'));

test('a deep link survives sign-in', async () => {
  history.replaceState(null, '', `/c/${summary.chatId}`);
  const client = clientWithChat();
  render(<App client={client} />);
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();

  act(() => client.session.set(ready));

  expect(await screen.findByRole('log')).toBeInTheDocument();
  expect(location.pathname).toBe(`/c/${summary.chatId}`);
});

test('a deep link survives a detour over the sign-up page', async () => {
  history.replaceState(null, '', `/c/${summary.chatId}`);
  const client = clientWithChat();
  render(<App client={client} />);
  await userEvent.click(await screen.findByRole('link', { name: 'Create an account' }));
  expect(location.pathname).toBe('/sign-up');

  act(() => client.session.set(ready));

  expect(await screen.findByRole('log')).toBeInTheDocument();
});

test('a lock asks for the chat password, and closing that leaves the list', async () => {
  const client = clientWithChat();
  client.session.set(ready);
  render(<App client={client} />);
  await screen.findByRole('link', { name: /Maya/ });

  act(() =>
    client.session.set({ phase: 'locked', cause: 'manual', profile: ben, retryAtMs: null }),
  );
  await screen.findByRole('dialog', { name: 'Unlock messages' });
  await userEvent.keyboard('{Escape}');

  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  expect(screen.getByText('Messages are locked.')).toBeVisible();
  expect(screen.getByRole('link', { name: /Maya/ })).toBeVisible();
});

test('Ctrl+Shift+L locks and ? shows the shortcuts', async () => {
  const client = clientWithChat();
  client.session.set(ready);
  render(<App client={client} />);
  await screen.findByRole('link', { name: /Maya/ });

  await userEvent.keyboard('{Control>}{Shift>}L{/Shift}{/Control}?');

  expect(client.calls.map((call) => call.method)).toContain('lock');
  expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
});

test('activity is told to the engine, but not with every key', async () => {
  const client = clientWithChat();
  client.session.set(ready);
  render(<App client={client} />);
  await screen.findByRole('link', { name: /Maya/ });

  await userEvent.keyboard('abcdef');

  expect(client.calls.filter((call) => call.method === 'noteActivity')).toHaveLength(1);
});

test('what the browser says of the network is passed on', async () => {
  const client = clientWithChat();
  client.session.set(ready);
  render(<App client={client} />);
  await screen.findByRole('link', { name: /Maya/ });

  dispatchEvent(new Event('offline'));

  expect(client.calls).toContainEqual({ method: 'setOnline', input: { online: true } });
});

test('signing out on purpose forgets the address', async () => {
  history.replaceState(null, '', '/settings/account');
  const client = clientWithChat();
  client.session.set(ready);
  render(<App client={client} />);
  await screen.findByRole('heading', { name: 'Account' });

  act(() => client.session.set({ phase: 'signedOut', notice: null }));

  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(location.pathname).toBe('/');
});

test('over plain HTTP it says what to do instead of starting', () => {
  render(<App client={null} />);

  expect(screen.getByText(/Open Sotto over https/)).toBeVisible();
});

test('a minute before locking a warning offers to stay unlocked', async () => {
  const client = clientWithChat();
  client.session.set(ready);
  render(<App client={client} />);
  await screen.findByRole('link', { name: /Maya/ });
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();

  act(() => client.session.set({ ...ready, lockAtMs: Date.now() + 60_000 }));
  expect(screen.getByRole('alert')).toHaveTextContent('Locking in less than a minute.');
  await userEvent.click(screen.getByRole('button', { name: 'Stay unlocked' }));

  expect(client.calls.map((call) => call.method)).toContain('noteActivity');
  act(() => client.session.set(ready));
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('an account in the making is gone on with at the sign-in, also after a reload', async () => {
  history.replaceState(null, '', '/sign-up');
  const client = clientWithChat();
  client.session.set({ phase: 'setup', step: 'profile', email: 'ben@example.org' });
  const first = render(<App client={client} />);
  await vi.waitFor(() => expect(location.pathname).toBe('/sign-in'));
  first.unmount();

  const reloaded = clientWithChat();
  render(<App client={reloaded} />);

  expect(await screen.findByText(/go on where you stopped/)).toBeVisible();
});
