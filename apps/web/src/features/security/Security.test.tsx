import { ClientError } from '@sotto/client';
import type { ActivityItem } from '@sotto/client';
import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { appWords } from '../../shared/i18n/app-words.ts';
import { frontWords } from '../../shared/i18n/front-words.ts';
import { securityWords } from '../../shared/i18n/security-words.ts';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { Security } from './Security.tsx';

const page = <Security onUnlock={() => undefined} />;
const recoveryKey = 'AAAA-BBBB-CCCC-DDDD';
const line = (id: number, action: string, deviceName: string | null = null): ActivityItem => ({
  id,
  atMs: 1_700_000_000_000,
  action,
  deviceId: null,
  deviceName,
  detail: {},
});

test('switches the second step on with a code and the recovery key', async () => {
  const client = scriptedClient({
    startSecondFactor: () => ({ otpauthUrl: 'otpauth://totp/Sotto', secret: 'ABCDEFGH' }),
  });
  const { user } = renderApp(client, page);
  const { factor } = securityWords;

  await user.click(screen.getByRole('button', { name: factor.start }));
  expect(await screen.findByRole('img', { name: factor.qr })).toBeVisible();
  expect(screen.getByText('ABCD EFGH')).toBeVisible();
  await user.type(screen.getByLabelText(factor.code), '123456');
  await user.click(screen.getByRole('button', { name: factor.confirm }));
  expect(screen.getByLabelText(factor.recovery)).toHaveFocus();
  await user.type(screen.getByLabelText(factor.recovery), `${recoveryKey}{Enter}`);

  expect(client.calls).toEqual([
    { method: 'startSecondFactor', input: undefined },
    { method: 'confirmSecondFactor', input: { code: '123456', recoveryKey } },
  ]);
});

test('names the field that was wrong, and begins nothing twice', async () => {
  const client = scriptedClient({
    startSecondFactor: () => ({ otpauthUrl: 'otpauth://totp/Sotto', secret: 'ABCDEFGH' }),
    confirmSecondFactor: () => Promise.reject(new ClientError('wrong_recovery_key')),
  });
  const { user } = renderApp(client, page);
  const { factor } = securityWords;
  await user.click(screen.getByRole('button', { name: factor.start }));
  await user.type(await screen.findByLabelText(factor.code), '123456');
  await user.type(screen.getByLabelText(factor.recovery), 'wrong{Enter}');

  expect(await screen.findByText(frontWords.error.wrong_recovery_key)).toBeVisible();
  expect(client.calls.filter(({ method }) => method === 'startSecondFactor')).toHaveLength(1);
});

test('switches the second step off with a code, or with the recovery key', async () => {
  const client = scriptedClient();
  client.ownAccount.set({ status: 'ready', secondFactor: 'on' });
  const { user } = renderApp(client, page);
  const { factor } = securityWords;

  await user.click(screen.getByRole('button', { name: factor.stop }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(dialog.getByRole('button', { name: factor.stopWithKey }));
  await user.type(dialog.getByLabelText(factor.recovery), recoveryKey);
  await user.click(dialog.getByRole('button', { name: factor.stop }));

  expect(client.calls).toEqual([{ method: 'stopSecondFactor', input: { recoveryKey } }]);
});

test('makes a new recovery key only after two of its groups were typed', async () => {
  const client = scriptedClient({ renewRecoveryKey: () => ({ recoveryKey }) });
  const { user } = renderApp(client, page);
  const { recovery } = securityWords;

  await user.click(screen.getByRole('button', { name: recovery.renew }));
  await user.type(screen.getByLabelText(recovery.password), 'my chat password{Enter}');
  expect(await screen.findByText('CCCC')).toBeVisible();
  await user.click(screen.getByRole('button', { name: appWords.recovery.next }));
  const groups = recoveryKey.split('-');
  const typed = [];
  for (const field of screen.getAllByLabelText(/^Group \d+$/)) {
    const label = field.getAttribute('id');
    const position = Number(
      /\d+/.exec(document.querySelector(`label[for="${label}"]`)?.textContent ?? '')?.[0],
    );
    await user.type(field, groups[position - 1] ?? '');
    typed.push({ index: position - 1, text: groups[position - 1] });
  }
  await user.click(screen.getByRole('button', { name: recovery.confirm }));

  expect(client.calls.at(-1)).toEqual({
    method: 'confirmNewRecoveryKey',
    input: { groups: typed },
  });
  expect(await screen.findByText(recovery.done)).toBeVisible();
});

test('shows the record page by page, words it does not know as they are', async () => {
  const pages = [
    { items: [line(9, 'device_registered', 'Firefox'), line(8, 'signed_in')], hasMore: true },
    { items: [line(7, 'moon_landed')], hasMore: false },
  ];
  const client = scriptedClient({ listActivity: () => pages.shift() });
  const { user } = renderApp(client, page);
  const { activity } = securityWords;
  expect(client.calls).toEqual([]);

  await user.click(screen.getByRole('button', { name: activity.show }));
  expect(await screen.findByText(activity.device_registered)).toBeVisible();
  await user.click(screen.getByRole('button', { name: activity.more }));

  expect(await screen.findByText('moon landed')).toBeVisible();
  expect(screen.getAllByRole('listitem')).toHaveLength(3);
  expect(screen.queryByRole('button', { name: activity.more })).not.toBeInTheDocument();
  expect(client.calls.map(({ input }) => input)).toEqual([{}, { before: 8 }]);
});

test('saves the data as a file', async () => {
  const saved: string[] = [];
  vi.stubGlobal('URL', {
    ...URL,
    createObjectURL: (blob: Blob) => {
      saved.push(`${blob.size} bytes`);
      return 'blob:x';
    },
    revokeObjectURL: () => undefined,
  });
  const client = scriptedClient({ exportData: () => ({ fileName: 'a.json', json: '{}' }) });
  const { user } = renderApp(client, page);

  await user.click(screen.getByRole('button', { name: securityWords.export.start }));

  expect(await screen.findByText(securityWords.export.done)).toBeVisible();
  expect(saved).toEqual(['2 bytes']);
  vi.unstubAllGlobals();
});

test('says of a second step that somebody else set up what it is, and offers neither to stop nor to start', async () => {
  const client = scriptedClient();
  client.ownAccount.set({ status: 'ready', secondFactor: 'foreign' });
  const { user } = renderApp(client, page);
  const { factor, end } = securityWords;

  expect(screen.getByRole('alert')).toHaveTextContent(factor.foreign);
  expect(screen.getByText(factor.foreignDo)).toBeVisible();
  for (const name of [factor.start, factor.stop]) {
    expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
  }
  await user.click(screen.getByRole('button', { name: end.start }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByLabelText(end.password)).toBeVisible();
  expect(dialog.queryByLabelText(end.code)).not.toBeInTheDocument();
});

test('deletes the account after the login password, and a code where there is one', async () => {
  const client = scriptedClient();
  client.ownAccount.set({ status: 'ready', secondFactor: 'on' });
  const { user } = renderApp(client, page);
  const { end } = securityWords;

  await user.click(screen.getByRole('button', { name: end.start }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(dialog.getByRole('button', { name: end.confirm }));
  expect(client.calls).toEqual([]);
  await user.type(dialog.getByLabelText(end.password), 'my login');
  await user.type(dialog.getByLabelText(end.code), '123 456');
  await user.click(dialog.getByRole('button', { name: end.confirm }));

  expect(client.calls).toEqual([
    { method: 'deleteAccount', input: { password: 'my login', code: '123456' } },
  ]);
});

test('locked, it shows the way to unlock, and nothing of the account', () => {
  const client = scriptedClient();
  client.ownAccount.set({ status: 'locked', secondFactor: 'off' });
  renderApp(client, page);

  expect(screen.getByText(securityWords.locked.title)).toBeVisible();
  expect(screen.queryByRole('button', { name: securityWords.end.start })).not.toBeInTheDocument();
  expect(screen.queryByText(securityWords.factor.title)).not.toBeInTheDocument();
});
