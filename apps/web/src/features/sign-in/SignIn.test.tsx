import { ClientError } from '@sotto/client';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { SignIn } from './SignIn.tsx';

const signIn = <SignIn notice={null} connection={null} />;

test('sends email and password to the engine', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, signIn);

  await user.type(screen.getByLabelText('Email'), ' maya@example.org ');
  await user.type(screen.getByLabelText('Password'), 'a long password');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));

  expect(client.calls).toEqual([
    { method: 'signIn', input: { email: 'maya@example.org', password: 'a long password' } },
  ]);
});

test('names what is missing, at its field, and takes the focus there', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, signIn);

  await user.click(screen.getByRole('button', { name: 'Sign in' }));

  const email = screen.getByLabelText('Email');
  expect(email).toHaveFocus();
  expect(email).toHaveAccessibleDescription('Give your email address.');
  expect(email).toBeInvalid();
  expect(client.calls).toEqual([]);
});

test('a refusal stands at the password and goes when it is typed again', async () => {
  const client = scriptedClient({
    signIn: () => Promise.reject(new ClientError('invalid_credentials')),
  });
  const { user } = renderApp(client, signIn);
  await user.type(screen.getByLabelText('Email'), 'maya@example.org');
  await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');

  const words = await screen.findByText('Email and password don’t match.');
  const password = screen.getByLabelText('Password');
  expect(password).toHaveFocus();
  expect(password).toHaveAccessibleDescription('Email and password don’t match.');

  await user.type(password, 'x');
  expect(words).not.toBeInTheDocument();
});

test('other failures are said aloud, with the time to wait', async () => {
  const client = scriptedClient({
    signIn: () =>
      Promise.reject(new ClientError('rate_limited', { retryAtMs: Date.now() + 30_000 })),
  });
  const { user } = renderApp(client, signIn);
  await user.type(screen.getByLabelText('Email'), 'maya@example.org');
  await user.type(screen.getByLabelText('Password'), 'something{Enter}');

  expect(await screen.findByRole('alert')).toHaveTextContent(/too much at once.*30 seconds/);
});

test('the password can be shown, pasted and filled by a manager', async () => {
  const { user } = renderApp(scriptedClient(), signIn);
  const password = screen.getByLabelText('Password');
  expect(password).toHaveAttribute('autocomplete', 'current-password');
  await user.click(password);
  await user.paste('pasted password');

  await user.click(screen.getByRole('button', { name: 'Show: Password' }));

  expect(password).toHaveAttribute('type', 'text');
  expect(password).toHaveValue('pasted password');
  expect(screen.getByLabelText('Email')).toHaveAttribute('autocomplete', 'username');
});

test('says why the session ended', () => {
  renderApp(scriptedClient(), <SignIn notice="device_revoked" connection={null} />);

  expect(screen.getByText(/This device was removed/)).toBeVisible();
});
