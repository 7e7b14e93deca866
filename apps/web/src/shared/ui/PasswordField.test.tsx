import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { PasswordField } from './PasswordField.tsx';

test('what is shown is not kept by the browser for a restart', async () => {
  render(<PasswordField label="Chat password" name="password" autoComplete="current-password" />);
  const field = screen.getByLabelText('Chat password');
  expect(field).toHaveAttribute('autocomplete', 'current-password');

  await userEvent.click(screen.getByRole('button', { name: 'Show: Chat password' }));
  expect(field).toHaveAttribute('type', 'text');
  expect(field).toHaveAttribute('autocomplete', 'off');

  await userEvent.click(screen.getByRole('button', { name: 'Show: Chat password' }));
  expect(field).toHaveAttribute('type', 'password');
  expect(field).toHaveAttribute('autocomplete', 'current-password');
});
