import { ClientError } from '@sotto/client';
import { screen } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { expect, test } from 'vitest';
import { ben } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { Settings } from './Settings.tsx';

function open(section: string, answers: Parameters<typeof scriptedClient>[0] = {}) {
  const client = scriptedClient(answers);
  client.session.set({ phase: 'ready', profile: ben, email: 'ben@example.org' });
  const page = (
    <Routes>
      <Route
        path="/settings/:section?"
        element={<Settings pages={{ devices: null, security: null }} />}
      />
    </Routes>
  );
  return { client, ...renderApp(client, page, `/settings/${section}`) };
}

test('the account page says who is signed in', () => {
  open('account');

  expect(screen.getByText('Ben Okafor')).toBeVisible();
  expect(screen.getByText('ben@example.org')).toBeVisible();
});

test('changing the login password empties the form and says so', async () => {
  const { client, user } = open('account');

  await user.type(screen.getByLabelText('Current password'), 'old one');
  await user.type(screen.getByLabelText('New password'), 'new one');
  await user.click(screen.getByRole('button', { name: 'Change login password' }));

  expect(await screen.findByText('Login password changed.')).toBeVisible();
  expect(client.calls).toEqual([
    { method: 'changeLoginPassword', input: { current: 'old one', next: 'new one' } },
  ]);
  expect(screen.getByLabelText('Current password')).toHaveValue('');
});

test('a wrong chat password is said at its field', async () => {
  const { user } = open('chat-password', {
    changeChatPassword: () => Promise.reject(new ClientError('wrong_chat_password')),
    estimatePassword: () => ({ score: 3, warning: null }),
  });

  await user.type(screen.getByLabelText('Current chat password'), 'wrong');
  await user.type(screen.getByLabelText('New chat password'), 'new words here{Enter}');

  expect(await screen.findByText('That’s not it. Try again.')).toBeVisible();
  expect(screen.getByLabelText('Current chat password')).toHaveFocus();
});

test('signing out here and everywhere are two things, and the second asks first', async () => {
  const { client, user } = open('account');

  await user.click(screen.getByRole('button', { name: 'Sign out here' }));
  await user.click(screen.getByRole('button', { name: 'Sign out everywhere' }));
  expect(client.calls).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Sign out of all' }));

  expect(client.calls.map((call) => call.input)).toEqual([{ scope: 'local' }, { scope: 'global' }]);
});

test('erasing asks first', async () => {
  const { client, user } = open('devices');

  await user.click(screen.getByRole('button', { name: 'Erase this device' }));
  expect(client.calls).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Erase' }));

  expect(client.calls.map((call) => call.method)).toEqual(['eraseDevice']);
});

test('the theme changes at once', async () => {
  const { user } = open('appearance');

  await user.click(screen.getByRole('radio', { name: 'Dark' }));
  expect(document.documentElement).toHaveAttribute('data-theme', 'dark');
  await user.click(screen.getByRole('radio', { name: 'As the system' }));
  expect(document.documentElement).not.toHaveAttribute('data-theme');
});

test('the limit of every website is stated', () => {
  open('privacy');

  expect(screen.getByText(/A dishonest server could deliver different code/)).toBeVisible();
});
