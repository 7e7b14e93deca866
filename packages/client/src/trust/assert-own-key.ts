import { equalBytes } from '@sotto/crypto';
import { ClientError } from '../client-error.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import type { PersonTrust } from './person-trust.ts';

/** Whether the own chain ends in the account key that the vault here holds. */
export function hasVaultsKey(
  own: PersonTrust | undefined,
  { accountKey }: Pick<OpenVault, 'accountKey'>,
): boolean {
  return own !== undefined && equalBytes(own.accountKey, accountKey.publicKey);
}

/**
 * Throws `rollback` where one of the two is older: nothing may be signed with a key that was given up,
 * nor wrapped into a vault whose key a removed device has.
 */
export function assertVaultsKey(
  own: PersonTrust | undefined,
  vault: Pick<OpenVault, 'accountKey'>,
): void {
  if (!hasVaultsKey(own, vault)) throw new ClientError('rollback');
}
