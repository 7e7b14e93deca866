import { ClientError } from '@sotto/client';
import type { ContactState } from '@sotto/client';
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { contactWords } from '../../shared/i18n/contact-words.ts';
import { frontWords } from '../../shared/i18n/front-words.ts';
import { aContact, aSummary, maya } from '../../testing/builders.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { Contact } from './Contact.tsx';
import { digitGroups, meaning, scanWords } from './contact-model.ts';

const digits = '0123456789'.repeat(6);
const other = '9876543210'.repeat(6);

function show(state: Partial<ContactState>, answers: Parameters<typeof scriptedClient>[0] = {}) {
  const client = scriptedClient(answers);
  client.contact(maya.userId).set(aContact({ digits, ...state }));
  const view = renderApp(client, <Contact userId={maya.userId} onUnlock={() => undefined} />);
  return { client, ...view };
}

const named = (words: string) => words.replaceAll('{{name}}', maya.displayName);

test('sixty digits are twelve groups of five', () => {
  expect(digitGroups('1'.repeat(60))).toEqual(Array.from({ length: 12 }, () => '11111'));
});

test('the code is shown to a camera and to people, and marked by what was seen', async () => {
  const { client, user } = show({ trust: 'unchecked' });

  expect(screen.getByRole('img', { name: contactWords.qr })).toBeVisible();
  expect(screen.getByLabelText(contactWords.digits)).toHaveTextContent(
    digitGroups(digits).join(' '),
  );
  await user.click(screen.getByRole('button', { name: contactWords.match }));

  expect(client.calls).toEqual([{ method: 'markChecked', input: { userId: maya.userId, digits } }]);
});

test('a code that changed meanwhile is said aloud', async () => {
  const { user } = show({}, { markChecked: () => Promise.reject(new ClientError('conflict')) });

  await user.click(screen.getByRole('button', { name: contactWords.match }));

  expect(await screen.findByRole('alert')).toHaveTextContent(frontWords.error.conflict);
});

test('a mark says since when and can be taken away', async () => {
  const { client, user } = show({ trust: 'checked', checkedAtMs: Date.now() });

  expect(screen.getByText(contactWords.sign.checked, { exact: true })).toBeVisible();
  expect(screen.queryByRole('button', { name: contactWords.match })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: contactWords.remove }));

  expect(client.calls).toEqual([{ method: 'unmarkChecked', input: { userId: maya.userId } }]);
});

test('another key is shown with its own code, and accepted only after asking', async () => {
  const { client, user } = show({
    trust: 'changed',
    change: { digits: other, qr: 'other', wasChecked: true },
  });

  expect(screen.getByRole('alert')).toHaveTextContent(contactWords.sign.changedChecked);
  expect(screen.getByLabelText(contactWords.newDigits)).toHaveTextContent(
    digitGroups(other).join(' '),
  );
  await user.click(screen.getByRole('button', { name: contactWords.accept }));
  expect(client.calls).toEqual([]);
  const dialog = within(screen.getByRole('dialog', { name: named(contactWords.acceptTitle) }));
  await user.click(dialog.getByRole('button', { name: contactWords.accept }));

  expect(client.calls).toEqual([
    { method: 'acceptKeyChange', input: { userId: maya.userId, digits: other } },
  ]);
});

test('devices in doubt are shown, and there is nothing to accept', () => {
  show({ trust: 'doubtful' });

  expect(screen.getByRole('alert')).toHaveTextContent(named(contactWords.sign.doubtfulMeans));
  expect(screen.queryByRole('button', { name: contactWords.accept })).not.toBeInTheDocument();
});

test('no camera: scanning says so, and comparing stays possible', async () => {
  const { user } = show({});

  await user.click(screen.getByRole('button', { name: contactWords.scan }));
  expect(screen.queryByRole('img', { name: contactWords.qr })).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: contactWords.show }));

  expect(screen.getByRole('img', { name: contactWords.qr })).toBeVisible();
});

test('each outcome of a scan has its words, and only a match sounds good', () => {
  const outcomes = ['match', 'no_match', 'other_person', 'malformed'] as const;

  const said = outcomes.map((outcome) => scanWords(outcome, 'Maya'));

  expect(new Set(said.map(({ words }) => words)).size).toBe(4);
  expect(said.map(({ tone }) => tone)).toEqual(['ok', 'danger', 'warn', 'warn']);
});

test('an unchecked person is not called certain', () => {
  expect(meaning(aContact(), 'Maya', Date.now())).toContain('isn’t certain');
});

test('locked and unknown have their own page, with the way back to the chat', () => {
  const client = scriptedClient();
  const chat = aSummary();
  client.chats.set({ status: 'ready', chats: [chat] });
  client.contact(maya.userId).set(aContact({ status: 'locked', profile: null, digits: null }));
  renderApp(client, <Contact userId={maya.userId} onUnlock={() => undefined} />);

  expect(screen.getByText(contactWords.lockedHint)).toBeVisible();
  expect(screen.queryByLabelText(contactWords.digits)).not.toBeInTheDocument();
  expect(screen.getByRole('link', { name: contactWords.back })).toHaveAttribute(
    'href',
    `/c/${chat.chatId}`,
  );
});
