import { ClientError } from '../client-error.ts';

/** Throws `recovery_key_mismatch` unless every group that was typed is the key's, and some were. */
export function assertWrittenDown(
  recoveryKey: string,
  groups: readonly { index: number; text: string }[],
): void {
  const expected = recoveryKey.split('-');
  const matches = groups.every(({ index, text }) => plain(text) === expected[index]);
  if (groups.length === 0 || !matches) throw new ClientError('recovery_key_mismatch');
}

/** As people type a group: case, spaces and look-alikes are forgiven. */
function plain(text: string): string {
  return text.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
