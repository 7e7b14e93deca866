import { ClientError } from '@sotto/client';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { frontWords } from '../../shared/i18n/front-words.ts';
import { securityWords } from '../../shared/i18n/security-words.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { SecondFactor } from './SecondFactor.tsx';

const words = securityWords.code;
const screenOf = <SecondFactor email="maya@example.org" />;

test('sends the digits, however they were spaced', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, screenOf);

  await user.type(screen.getByLabelText(words.label), '123 456{Enter}');

  expect(client.calls).toEqual([{ method: 'submitSecondFactor', input: { code: '123456' } }]);
});

test('asks for six digits before anything is sent, and says when they were wrong', async () => {
  const client = scriptedClient({
    submitSecondFactor: () => Promise.reject(new ClientError('wrong_code')),
  });
  const { user } = renderApp(client, screenOf);
  const code = screen.getByLabelText(words.label);

  await user.type(code, '12345{Enter}');
  expect(code).toHaveAccessibleDescription(words.missing);
  expect(client.calls).toEqual([]);

  await user.type(code, '6{Enter}');
  expect(await screen.findByText(frontWords.error.wrong_code)).toBeVisible();
  expect(code).toHaveFocus();
});

test('takes the recovery key where the app is lost', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, screenOf);

  await user.click(screen.getByRole('button', { name: words.lost }));
  await user.type(screen.getByLabelText(words.keyLabel), ' ABCD-EFGH {Enter}');

  expect(client.calls).toEqual([
    { method: 'submitRecoveryKey', input: { recoveryKey: 'ABCD-EFGH' } },
  ]);
  await user.click(screen.getByRole('button', { name: words.keyBack }));
  expect(screen.getByLabelText(words.label)).toBeVisible();
});

test('lets go of the account', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, screenOf);

  await user.click(screen.getByRole('button', { name: words.cancel }));

  expect(client.calls).toEqual([{ method: 'signOut', input: { scope: 'local' } }]);
});
