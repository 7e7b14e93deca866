import { ClientError } from '@sotto/client';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { SignUp } from './SignUp.tsx';

test('makes an account with a password a manager may choose', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, <SignUp connection={null} />);

  await user.type(screen.getByLabelText('Email'), 'maya@example.org');
  await user.type(screen.getByLabelText('Password'), 'a long password');
  await user.click(screen.getByRole('button', { name: 'Create account' }));

  expect(client.calls.map((call) => call.method)).toEqual(['signUp']);
  expect(screen.getByLabelText('Password')).toHaveAttribute('autocomplete', 'new-password');
});

test.each([
  ['email_taken', 'Email'],
  ['weak_password', 'Password'],
] as const)('%s is said at its field', async (code, label) => {
  const client = scriptedClient({ signUp: () => Promise.reject(new ClientError(code)) });
  const { user } = renderApp(client, <SignUp connection={null} />);
  await user.type(screen.getByLabelText('Email'), 'maya@example.org');
  await user.type(screen.getByLabelText('Password'), 'password{Enter}');

  await screen.findByRole('alert');

  expect(screen.getByLabelText(label)).toBeInvalid();
  expect(screen.getByLabelText(label)).toHaveFocus();
});
