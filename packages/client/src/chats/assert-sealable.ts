import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { assertVaultsKey } from '../trust/assert-own-key.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { anchorOf, assertAnchored } from '../vault/vault-anchor.ts';

/**
 * Throws before a key is sealed to somebody whose devices are not known for sure: `untrusted` when one
 * of them is in doubt, `rollback` when the own devices are those of a chain below the vault's anchor, or of
 * one with another account key than the vault's.
 */
export async function assertSealable(options: {
  context: Pick<AccountContext, 'userId' | 'vault'>;
  trust: Pick<TrustStore, 'isInDoubt'>;
  people: readonly PersonTrust[];
}): Promise<void> {
  const { context, trust, people } = options;
  const own = people.find(({ userId }) => userId === context.userId);
  if (own) {
    assertAnchored(own, await anchorOf(context.vault));
    assertVaultsKey(own, context.vault);
  }
  const doubts = await Promise.all(people.map(({ userId }) => trust.isInDoubt(userId)));
  if (doubts.includes(true)) throw new ClientError('untrusted');
}
