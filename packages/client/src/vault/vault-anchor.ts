import { equalBytes, openVaultWithKey } from '@sotto/crypto';
import type { VaultContents } from '@sotto/crypto';
import { ClientError } from '../client-error.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { OpenVault } from './open-vault.ts';

/** A manifest that the account has reached. */
export type Anchor = VaultContents['anchor'];

/**
 * The manifest that the account has reached as the vault that lies here says, or the one that is
 * {@link OpenVault.ahead}; undefined in a vault from before.
 */
export async function anchorOf(vault: OpenVault): Promise<Anchor> {
  const { userId, vaultKey, sealed } = vault;
  const { anchor } = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  const { ahead } = vault;
  return ahead && ahead.version > (anchor?.version ?? 0) ? ahead : anchor;
}

/** Whether the own chain goes through the anchor. */
export function isAnchored(own: PersonTrust | undefined, anchor: Anchor): boolean {
  if (!anchor) return true;
  const seen = own?.seen?.find(({ version }) => version === anchor.version);
  // What a record from before knows of its own past begins with the version it had then.
  const before = own && !seen && (own.seen?.[0]?.version ?? Infinity) > anchor.version;
  if (before && own.version >= anchor.version) return true;
  return seen !== undefined && equalBytes(seen.hash, anchor.hash);
}

/**
 * Throws `rollback` unless the own chain goes through the anchor: a relay that shows less, or another
 * history, would have this device sign a fork, or seal to devices that were removed.
 */
export function assertAnchored(own: PersonTrust | undefined, anchor: Anchor): void {
  if (!isAnchored(own, anchor)) throw new ClientError('rollback');
}
