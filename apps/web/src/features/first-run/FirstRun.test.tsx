import { ClientError } from '@sotto/client';
import { act, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { useSession } from '../../shared/client/use-store.ts';
import { FirstRun } from './FirstRun.tsx';

/** As the app draws it: the step is the engine's. */
function FirstRunOfSession() {
  const session = useSession();
  return session.phase === 'setup' ? <FirstRun step={session.step} /> : null;
}

const key = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';

test('a taken handle is said at the handle', async () => {
  const client = scriptedClient({
    createProfile: () => Promise.reject(new ClientError('handle_taken')),
  });
  const { user } = renderApp(client, <FirstRun step="profile" />);

  await user.type(screen.getByLabelText('Name'), 'Maya Lind');
  await user.type(screen.getByLabelText('Handle'), 'maya{Enter}');

  expect(await screen.findByText('Somebody has this handle already.')).toBeVisible();
  expect(screen.getByLabelText('Handle')).toHaveFocus();
});

test('the strength of what is typed is said in words', async () => {
  const client = scriptedClient({
    estimatePassword: () => ({ score: 1, warning: 'common' }),
  });
  const { user } = renderApp(client, <FirstRun step="chatPassword" />);

  await user.type(screen.getByLabelText('Chat password'), 'password');

  expect(await screen.findByText('Very weak')).toBeVisible();
  expect(screen.getByText(/Many people use this one/)).toBeVisible();
});

test('a suggested passphrase is shown and filled in', async () => {
  const client = scriptedClient({
    suggestPassphrase: () => 'velvet orbit canyon maple',
    estimatePassword: () => ({ score: 4, warning: null }),
  });
  const { user } = renderApp(client, <FirstRun step="chatPassword" />);

  await user.click(screen.getByRole('button', { name: 'Suggest a passphrase' }));

  expect(await screen.findByText('velvet orbit canyon maple')).toBeVisible();
  expect(screen.getByLabelText('Chat password')).toHaveValue('velvet orbit canyon maple');
  expect(await screen.findByText('Strong')).toBeVisible();
});

test('the recovery key follows the chat password that made it', async () => {
  const client = scriptedClient({ setChatPassword: () => ({ recoveryKey: key }) });
  const { user } = renderApp(client, <FirstRunOfSession />);
  act(() => client.session.set({ phase: 'setup', step: 'chatPassword', email: '' }));
  await user.type(screen.getByLabelText('Chat password'), 'four words and more{Enter}');

  act(() => client.session.set({ phase: 'setup', step: 'recoveryKey', email: '' }));

  expect(await screen.findByRole('list', { name: 'Recovery key' })).toBeVisible();
});

test('after a reload without the key, a new one is made', () => {
  renderApp(scriptedClient(), <FirstRun step="recoveryKey" />);

  expect(screen.getByText(/wasn’t confirmed last time/)).toBeVisible();
});
