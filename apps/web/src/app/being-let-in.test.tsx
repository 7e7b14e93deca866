import { ClientError } from '@sotto/client';
import type { LinkState } from '@sotto/client';
import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { ben } from '../testing/builders.ts';
import { scriptedClient } from '../testing/scripted-client.ts';
import type { ScriptedClient } from '../testing/scripted-client.ts';
import { App } from './App.tsx';

beforeEach(() => history.replaceState(null, '', '/'));

function setLink(client: ScriptedClient, link: LinkState | null): void {
  act(() => client.session.set({ phase: 'newDevice', profile: ben, retryAtMs: null, link }));
}

async function ask(answers: Parameters<typeof scriptedClient>[0] = {}) {
  const client = scriptedClient(answers);
  client.session.set({ phase: 'newDevice', profile: ben, retryAtMs: null, link: null });
  render(<App client={client} />);
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Approve on another device' }));
  return { client, user };
}

const called = (client: ScriptedClient) => client.calls.map(({ method }) => method);
const waiting = () =>
  ({ step: 'waiting', qr: 'a code', expiresAtMs: Date.now() + 600_000 }) as const;

test('a code is shown with its time, then digits to confirm, then it waits for the other', async () => {
  const { client, user } = await ask();
  expect(called(client)).toEqual(['startLink']);
  expect(await screen.findByText('Getting a code …')).toBeVisible();

  setLink(client, waiting());
  expect(await screen.findByRole('img', { name: 'Code for your other device' })).toBeVisible();
  expect(screen.getByRole('timer')).toHaveTextContent(/^This code ends in (10:00|9:5\d)$/);

  setLink(client, { step: 'comparing', code: '048213' });
  expect(screen.getByRole('heading', { name: 'Compare the digits' })).toHaveFocus();
  expect(screen.getByText('048')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'They match' }));
  expect(called(client)).toEqual(['startLink', 'confirmLink']);

  setLink(client, { step: 'joining' });
  expect(screen.getByRole('heading', { name: 'Almost there' })).toBeVisible();
});

test('digits that differ end it and say so, and another code can be had', async () => {
  const { client, user } = await ask();
  setLink(client, { step: 'comparing', code: '048213' });

  await user.click(await screen.findByRole('button', { name: 'They don’t match' }));
  setLink(client, null);

  expect(screen.getByRole('heading', { name: 'Something didn’t fit' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Get a new code' }));
  expect(called(client)).toEqual(['startLink', 'cancelLink', 'startLink']);
  expect(screen.getByText('Getting a code …')).toBeVisible();
});

test.each([
  ['declined', 'Your other device said no'],
  ['expired', 'Nobody answered'],
  ['mismatch', 'Something didn’t fit'],
] as const)('the end by %s has words and a way on', async (cause, title) => {
  const { client, user } = await ask();

  setLink(client, { step: 'ended', cause });
  expect(await screen.findByRole('heading', { name: title })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Get a new code' }));

  expect(called(client)).toEqual(['startLink', 'startLink']);
});

test('the chat password stays a way in', async () => {
  const { client, user } = await ask();
  setLink(client, waiting());

  await user.click(await screen.findByRole('button', { name: 'Use the chat password instead' }));
  setLink(client, null);

  expect(called(client)).toEqual(['startLink', 'cancelLink']);
  expect(screen.getByLabelText('Chat password')).toBeVisible();
});

test('too many open requests say what to do', async () => {
  await ask({ startLink: () => Promise.reject(new ClientError('too_large')) });

  expect(await screen.findByText(/Three requests are open already/)).toBeVisible();
  expect(screen.getByRole('heading', { name: 'No code yet' })).toBeVisible();
});

test('another tab shows what the first one began', async () => {
  const client = scriptedClient();
  client.session.set({ phase: 'newDevice', profile: ben, retryAtMs: null, link: waiting() });
  render(<App client={client} />);

  expect(await screen.findByRole('img', { name: 'Code for your other device' })).toBeVisible();
});
