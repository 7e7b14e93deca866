import type { ChatState } from '@sotto/client';
import { act, screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aChat, aChatId, aMessage, aSummary, ben, maya } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { Chat } from './Chat.tsx';

const chatId = aChatId();

function show(state: Partial<ChatState>, answers: Parameters<typeof scriptedClient>[0] = {}) {
  const client = scriptedClient(answers);
  client.session.set({ phase: 'ready', profile: ben, email: 'ben@example.org' });
  client.chat(chatId).set(aChat(state));
  const view = renderApp(client, <Chat chatId={chatId} onUnlock={() => undefined} />);
  return { client, ...view };
}

test('the log names its partner and holds the messages as text', () => {
  show({ messages: [aMessage({ text: '<b>not bold</b>' })] });

  const log = screen.getByRole('log', { name: 'Messages with Maya Lind' });
  expect(within(log).getByText('<b>not bold</b>')).toBeInTheDocument();
  expect(within(log).getByRole('heading', { name: 'Today' })).toBeInTheDocument();
});

test('Enter sends, the field is empty at once, Shift+Enter is a new line', async () => {
  const { client, user } = show({});
  const field = screen.getByRole('textbox', { name: 'Message to Maya Lind' });

  await user.type(field, 'one{Shift>}{Enter}{/Shift}two{Enter}');

  expect(client.calls.filter((call) => call.method === 'sendText')).toEqual([
    { method: 'sendText', input: { chatId, text: 'one\ntwo' } },
  ]);
  expect(field).toHaveValue('');
});

test('nothing but spaces is not sent', async () => {
  const { client, user } = show({});

  await user.type(screen.getByRole('textbox'), '  {Enter}');

  expect(client.calls.some((call) => call.method === 'sendText')).toBe(false);
});

test('a text that the engine refuses comes back with the reason', async () => {
  const { user } = show({}, { sendText: () => Promise.reject(new Error('broken')) });

  await user.type(screen.getByRole('textbox'), 'keep me{Enter}');

  expect(await screen.findByRole('alert')).toBeVisible();
  expect(screen.getByRole('textbox')).toHaveValue('keep me');
});

test('a draft is restored, and saved a moment after typing', async () => {
  const { client, user } = show({ draft: 'Half a' });
  const field = screen.getByRole('textbox');
  expect(field).toHaveValue('Half a');

  await user.type(field, ' thought');

  await vi.waitFor(() =>
    expect(client.calls).toContainEqual({
      method: 'saveDraft',
      input: { chatId, text: 'Half a thought' },
    }),
  );
});

test('a failed message says why and offers Retry and Delete', async () => {
  const message = aMessage({ seq: null, own: true, delivery: 'failed', failure: 'unavailable' });
  const { client, user } = show({ messages: [message] });

  expect(screen.getByText(/Not sent\. The server isn’t answering/)).toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Retry' }));
  await user.click(screen.getByRole('button', { name: 'Delete' }));

  expect(client.calls).toContainEqual({
    method: 'retryMessage',
    input: { chatId, id: message.id },
  });
  expect(client.calls).toContainEqual({
    method: 'discardMessage',
    input: { chatId, id: message.id },
  });
});

test.each([
  ['queued', 'Waiting to be sent'],
  ['sent', 'Sent'],
  ['delivered', 'Delivered'],
  ['read', 'Read'],
] as const)('an own message that is %s says so', (delivery, words) => {
  show({ messages: [aMessage({ own: true, delivery })] });

  expect(screen.getByText(words)).toBeInTheDocument();
});

test.each(['key_missing', 'altered', 'malformed'] as const)(
  'a message that cannot be opened (%s) is there, with cause and remedy',
  (cause) => {
    show({ messages: [aMessage({ body: { kind: 'unreadable', cause } })] });

    expect(screen.getByRole('article')).toHaveTextContent(/Can’t open this message.*\. \w+.*\./);
  },
);

test('a link shows its address, opens apart and fetches nothing', () => {
  show({ messages: [aMessage({ text: 'see https://example.org/x' })] });

  const link = screen.getByRole('link', { name: 'https://example.org/x' });
  expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  expect(link).toHaveAttribute('target', '_blank');
});

test('messages that never came are named', () => {
  show({ missing: 2 });

  expect(screen.getByText(/2 messages from Maya Lind never reached/)).toBeVisible();
});

test('a server that was set back is named', () => {
  show({ rewound: true });

  expect(screen.getByText(/The server was set back/)).toBeVisible();
});

test('locked: no text, the name from the list, one way on', async () => {
  const onUnlock = vi.fn<() => void>();
  const client = scriptedClient();
  client.chats.set({ status: 'ready', chats: [aSummary({ chatId, lastMessage: null })] });
  client.chat(chatId).set(aChat({ status: 'locked', partner: null, canSend: false }));
  const { user } = renderApp(client, <Chat chatId={chatId} onUnlock={onUnlock} />);

  expect(screen.getByRole('heading', { name: maya.displayName })).toBeVisible();
  expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: 'Unlock' }));
  expect(onUnlock).toHaveBeenCalledOnce();
});

test('an unknown chat says so', () => {
  show({ status: 'not_found', partner: null });

  expect(screen.getByText('This chat isn’t here.')).toBeVisible();
});

test('the shield opens what it means and what the server sees, and leads to the safety code', async () => {
  const { user } = show({});

  await user.click(screen.getByRole('button', { name: 'Private. Not checked yet' }));
  const sheet = await screen.findByRole('dialog', { name: 'Who can read this chat' });

  expect(within(sheet).getByText('What the server still sees')).toBeVisible();
  expect(within(sheet).getByRole('link', { name: 'Show safety code' })).toHaveAttribute(
    'href',
    `/people/${maya.userId}`,
  );
});

test('somebody who deleted their account is said to have, and cannot be written to', () => {
  show({ partnerGone: true, canSend: false });

  expect(
    screen.getByText('Maya Lind deleted their account. What was said stays here.'),
  ).toBeVisible();
  expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
});

test('a changed key takes the composer’s place and leads to the person', () => {
  show({ trust: 'changed' });

  const alarm = screen.getByRole('alert');
  expect(alarm).toHaveTextContent('Safety code changed');
  expect(within(alarm).getByRole('link')).toHaveAttribute('href', `/people/${maya.userId}`);
  expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
});

test('devices in doubt take it too, and there is nothing to accept', () => {
  show({ trust: 'doubtful' });

  expect(screen.getByRole('alert')).toHaveTextContent('Devices in doubt');
  expect(screen.queryByRole('textbox')).not.toBeInTheDocument();
  expect(within(screen.getByRole('alert')).queryByRole('link')).not.toBeInTheDocument();
});

test('a new message is announced once, politely', async () => {
  const { client } = show({ messages: [aMessage({ seq: 1 })] });
  const before = client.chat(chatId).getSnapshot();

  act(() =>
    client
      .chat(chatId)
      .set({ ...before, messages: [...before.messages, aMessage({ seq: 2, text: 'new' })] }),
  );

  expect(await screen.findByText('New message from Maya Lind')).toHaveAttribute(
    'aria-live',
    'polite',
  );
});
