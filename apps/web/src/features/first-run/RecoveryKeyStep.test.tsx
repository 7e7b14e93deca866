import { ClientError } from '@sotto/client';
import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderApp } from '../../testing/render-app.tsx';
import { scriptedClient } from '../../testing/scripted-client.ts';
import { RecoveryKeyStep } from './RecoveryKeyStep.tsx';

const key = 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF';
const groups = key.split('-');

function askedPosition(field: HTMLElement): number {
  const label = (field as HTMLInputElement).labels?.[0]?.textContent ?? '';
  return Number(/\d+/.exec(label)?.[0]);
}

test('shows every group in order, and says that nobody can replace it', () => {
  renderApp(scriptedClient(), <RecoveryKeyStep recoveryKey={key} />);

  const list = screen.getByRole('list', { name: 'Recovery key' });
  const shown = within(list)
    .getAllByRole('listitem')
    .map((item) => item.textContent?.replace(/^\d+/, ''));
  expect(shown).toEqual(groups);
  expect(screen.getByText('We can’t recover this for you.')).toBeVisible();
});

test('asks for two groups by number and hands them over counted from 0', async () => {
  const client = scriptedClient();
  const { user } = renderApp(client, <RecoveryKeyStep recoveryKey={key} />);
  await user.click(screen.getByRole('button', { name: 'I’ve kept it' }));
  expect(screen.queryByRole('list', { name: 'Recovery key' })).not.toBeInTheDocument();

  const fields = screen.getAllByLabelText(/^Group/);
  const asked = fields.map(askedPosition);
  for (const field of fields) {
    await user.type(field, groups[askedPosition(field) - 1] ?? '');
  }
  await user.click(screen.getByRole('button', { name: 'Continue' }));

  expect(asked).toHaveLength(2);
  expect(client.calls).toEqual([
    {
      method: 'confirmRecoveryKey',
      input: {
        groups: asked.map((position) => ({ index: position - 1, text: groups[position - 1] })),
      },
    },
  ]);
});

test('a wrong group is refused in words, and the key can be looked at again', async () => {
  const client = scriptedClient({
    confirmRecoveryKey: () => Promise.reject(new ClientError('recovery_key_mismatch')),
  });
  const { user } = renderApp(client, <RecoveryKeyStep recoveryKey={key} />);
  await user.click(screen.getByRole('button', { name: 'I’ve kept it' }));
  for (const field of screen.getAllByLabelText(/^Group/)) await user.type(field, 'ZZZZ');
  await user.click(screen.getByRole('button', { name: 'Continue' }));

  expect(await screen.findByRole('alert')).toHaveTextContent(
    'That isn’t what the recovery key says',
  );
  await user.click(screen.getByRole('button', { name: 'Show the key again' }));
  expect(screen.getByRole('list', { name: 'Recovery key' })).toBeVisible();
});
