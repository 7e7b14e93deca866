import type { SelfTestRow } from '@sotto/client';
import { ClientError } from '@sotto/client';
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { SelfTest } from './SelfTest.tsx';

const row = (fields: Partial<SelfTestRow>): SelfTestRow => ({
  algorithm: 'X25519',
  origin: 'RFC 7748',
  backEnd: 'webcrypto',
  available: true,
  passed: 3,
  failed: 0,
  durationMs: 1.6,
  ...fields,
});

async function runWith(rows: SelfTestRow[]) {
  const client = scriptedClient({ selfTest: () => ({ rows }) });
  const { user } = renderApp(client, <SelfTest />);
  await user.click(screen.getByRole('button', { name: 'Run self-test' }));
  const table = await screen.findByRole('table', { name: 'Self-test' });
  return (name: string) => within(table).getByRole('row', { name: new RegExp(name) });
}

test('each algorithm says what ran it, how it came out and how long it took', async () => {
  const find = await runWith([row({}), row({ backEnd: 'javascript', durationMs: 12 })]);

  expect(find('WebCrypto')).toHaveTextContent('X25519RFC 7748WebCrypto3 passed2 ms');
  expect(find('JavaScript')).toHaveTextContent('X25519RFC 7748JavaScript3 passed12 ms');
  expect(screen.getByRole('status')).toHaveTextContent('All 6 known answers came out right.');
});

test('a wrong answer is an alert', async () => {
  const find = await runWith([row({ passed: 2, failed: 1 })]);

  expect(find('X25519')).toHaveTextContent('1 failed, 2 passed');
  expect(screen.getByRole('alert')).toHaveTextContent('1 known answer came out wrong.');
});

test('what the browser lacks is not counted', async () => {
  const missing = row({ available: false, passed: 0 });
  const find = await runWith([missing, row({ backEnd: 'javascript' })]);

  expect(find('WebCrypto')).toHaveTextContent('Not in this browser');
  expect(screen.getByRole('status')).toHaveTextContent('All 3 known answers came out right.');
});

test('what it cannot show is said before it runs', () => {
  renderApp(scriptedClient(), <SelfTest />);

  expect(screen.getByText(/Altered code could show the same/)).toBeVisible();
});

test('a self-test that could not run says so', async () => {
  const client = scriptedClient({
    selfTest: () => Promise.reject(new ClientError('internal')),
  });
  const { user } = renderApp(client, <SelfTest />);

  await user.click(screen.getByRole('button', { name: 'Run self-test' }));

  expect(await screen.findByRole('alert')).toBeVisible();
  expect(screen.queryByRole('table')).toBeNull();
});
