import { ClientError } from '@sotto/client';
import { screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { UnlockDialog } from './UnlockDialog.tsx';

const locked = { phase: 'locked', cause: 'idle', profile: null, retryAtMs: null } as const;

test('the field has the focus and Enter unlocks', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, <UnlockDialog session={locked} onClose={() => undefined} />);

  expect(screen.getByLabelText('Chat password')).toHaveFocus();
  await user.keyboard('four words{Enter}');

  expect(client.calls).toEqual([{ method: 'unlock', input: { chatPassword: 'four words' } }]);
});

test('a wrong password is said, and the wait is counted down in seconds', async () => {
  const client = scriptedClient({
    unlock: () =>
      Promise.reject(new ClientError('wrong_chat_password', { retryAtMs: Date.now() + 1500 })),
  });
  const { user } = renderApp(client, <UnlockDialog session={locked} onClose={() => undefined} />);
  await user.keyboard('wrong{Enter}');

  expect(await screen.findByText('That’s not it. Try again.')).toBeVisible();
  expect(screen.getByText(/You can try again in 2 seconds/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Unlock' })).toBeDisabled();

  await vi.waitFor(
    () => expect(screen.getByRole('button', { name: 'Unlock' })).toBeEnabled(),
    3000,
  );
  expect(screen.queryByText(/You can try again/)).not.toBeInTheDocument();
});

test('while deriving it says so, and does not start twice', async () => {
  const client = scriptedClient({ unlock: () => new Promise(() => undefined) });
  const { user } = renderApp(client, <UnlockDialog session={locked} onClose={() => undefined} />);

  await user.keyboard('four words{Enter}{Enter}');

  expect(await screen.findByText(/This takes a moment on purpose/)).toBeVisible();
  expect(client.calls).toHaveLength(1);
});

test('a forgotten password leads to the recovery key and a new password', async () => {
  const client = scriptedClient({ estimatePassword: () => ({ score: 4, warning: null }) });
  const { user } = renderApp(client, <UnlockDialog session={locked} onClose={() => undefined} />);
  await user.click(screen.getByRole('button', { name: 'Forgotten?' }));

  await user.type(screen.getByLabelText('Recovery key'), 'AAAA BBBB');
  await user.type(screen.getByLabelText('New chat password'), 'new words');
  await user.click(screen.getByRole('button', { name: 'Open and set password' }));

  expect(client.calls.at(-1)).toEqual({
    method: 'recover',
    input: { recoveryKey: 'AAAA BBBB', newChatPassword: 'new words' },
  });
});

test('Escape closes it, Sign out signs out here', async () => {
  const client = scriptedClient();
  const onClose = vi.fn<() => void>();
  const { user } = renderApp(client, <UnlockDialog session={locked} onClose={onClose} />);

  await user.click(screen.getByRole('button', { name: 'Sign out' }));
  await user.keyboard('{Escape}');

  expect(client.calls).toEqual([{ method: 'signOut', input: { scope: 'local' } }]);
  expect(onClose).toHaveBeenCalledOnce();
});
