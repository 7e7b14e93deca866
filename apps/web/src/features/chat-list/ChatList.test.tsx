import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aSummary, ben, maya } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { ChatList } from './ChatList.tsx';
import { rowAfterKey } from './chat-list-model.ts';

function ready() {
  const client = scriptedClient();
  client.session.set({ phase: 'ready', profile: ben, email: 'ben@example.org' });
  return client;
}

const list = <ChatList onNewChat={() => undefined} onUnlock={() => undefined} />;

test('a row says who, what, when and how much is unread', () => {
  const client = ready();
  client.chats.set({ status: 'ready', chats: [aSummary({ unread: 3 })] });
  renderApp(client, list);

  const row = screen.getByRole('link', { name: /Maya Lind/ });
  expect(row).toHaveTextContent('See you at seven');
  expect(within(row).getByText('3 unread messages')).toBeInTheDocument();
  expect(row.querySelector('time')).toHaveAttribute('datetime');
});

test('what an own message became is said in words', () => {
  const client = ready();
  const lastMessage = { preview: 'Hi', atMs: 1, own: true, delivery: 'queued' } as const;
  client.chats.set({ status: 'ready', chats: [aSummary({ lastMessage })] });
  renderApp(client, list);

  expect(screen.getByRole('link')).toHaveTextContent('Waiting to be sent');
  expect(screen.getByRole('link')).toHaveTextContent('You: Hi');
});

test('while locked the names stay and the previews go', () => {
  const client = ready();
  client.session.set({ phase: 'locked', cause: 'idle', profile: ben, retryAtMs: null });
  client.chats.set({ status: 'ready', chats: [aSummary({ hasDraft: true })] });
  renderApp(client, list);

  expect(screen.getByRole('link', { name: /Maya Lind/ })).toHaveTextContent('Locked');
  expect(screen.queryByText(/See you at seven/)).not.toBeInTheDocument();
  expect(screen.queryByText(/Draft/)).not.toBeInTheDocument();
});

test('one Tab stop, arrows move between the chats', async () => {
  const client = ready();
  const partners = [maya, { ...maya, displayName: 'Noor' }, { ...maya, displayName: 'Jo' }];
  client.chats.set({ status: 'ready', chats: partners.map((partner) => aSummary({ partner })) });
  const { user } = renderApp(client, list);

  await user.tab();
  expect(screen.getByRole('link', { name: /Maya/ })).toHaveFocus();
  await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}');
  expect(screen.getByRole('link', { name: /Jo/ })).toHaveFocus();
  await user.keyboard('{Home}');
  expect(screen.getByRole('link', { name: /Maya/ })).toHaveFocus();
  await user.tab();
  expect(document.body).toHaveFocus();
});

test('without chats there is one thing to do', async () => {
  const onNewChat = vi.fn<() => void>();
  const { user } = renderApp(
    ready(),
    <ChatList onNewChat={onNewChat} onUnlock={() => undefined} />,
  );

  await user.click(screen.getByRole('button', { name: 'Start one' }));

  expect(onNewChat).toHaveBeenCalledOnce();
});

test('loading shows nothing at first, then a skeleton', async () => {
  const client = ready();
  client.chats.set({ status: 'loading', chats: [] });
  renderApp(client, list);

  expect(screen.queryByText('Loading')).not.toBeInTheDocument();
  expect(await screen.findByText('Loading')).toBeInTheDocument();
});

test('keys that mean nothing here lead nowhere', () => {
  expect(rowAfterKey('a', 0, 3)).toBeNull();
  expect(rowAfterKey('ArrowUp', 0, 3)).toBe(0);
  expect(rowAfterKey('End', 0, 3)).toBe(2);
});
