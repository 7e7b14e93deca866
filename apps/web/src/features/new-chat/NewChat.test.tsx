import { ClientError } from '@sotto/client';
import { screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aChatId, ben, maya } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { NewChat } from './NewChat.tsx';

test('finds a person by exact handle and starts the chat', async () => {
  const chatId = aChatId();
  const onStarted = vi.fn<(id: string) => void>();
  const client = scriptedClient({ findPerson: () => maya, startChat: () => ({ chatId }) });
  const { user } = renderApp(client, <NewChat onClose={() => undefined} onStarted={onStarted} />);

  await user.type(screen.getByLabelText('Handle'), '@maya{Enter}');
  expect(await screen.findByText('Maya Lind')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Start chat' }));

  expect(client.calls).toEqual([
    { method: 'findPerson', input: { handle: '@maya' } },
    { method: 'startChat', input: { userId: maya.userId } },
  ]);
  expect(onStarted).toHaveBeenCalledWith(chatId);
});

test('nobody found is said at the handle', async () => {
  const client = scriptedClient({ findPerson: () => Promise.reject(new ClientError('not_found')) });
  const { user } = renderApp(
    client,
    <NewChat onClose={() => undefined} onStarted={() => undefined} />,
  );

  await user.type(screen.getByLabelText('Handle'), 'nobody{Enter}');

  expect(await screen.findByText('Nobody here has exactly this handle.')).toBeVisible();
  expect(screen.getByLabelText('Handle')).toHaveFocus();
});

test('finding oneself is said', async () => {
  const client = scriptedClient({ findPerson: () => ben });
  client.session.set({ phase: 'ready', profile: ben, email: 'ben@example.org' });
  const { user } = renderApp(
    client,
    <NewChat onClose={() => undefined} onStarted={() => undefined} />,
  );

  await user.type(screen.getByLabelText('Handle'), 'ben{Enter}');

  expect(await screen.findByText(/That’s you/)).toBeVisible();
});
