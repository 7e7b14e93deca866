import { equalBytes } from '@sotto/crypto';
import { goesThrough } from './judge-trust.ts';
import { pinPerson, rootKeyOf } from './person-trust.ts';
import type { ManifestEntry, PersonChain, PersonTrust } from './person-trust.ts';

/** What a history that does not follow from the pinned one is, when it holds in itself. */
export type OtherHistory =
  /** It begins with another account key: another account, as far as keys can tell. */
  | { kind: 'offer'; chain: PersonChain }
  /** It begins as the pinned one does and parts from it later: somebody had a key that was given up. */
  | { kind: 'fork' };

/**
 * Judges what the relay tells in place of what is pinned, from the first manifest on. Null when it does
 * not hold in itself, or goes with what is pinned after all. A fork is never offered: whoever has a former
 * key could make one.
 */
export async function findOffer(
  pinned: PersonTrust,
  fetchAll: () => Promise<ManifestEntry[]>,
): Promise<OtherHistory | null> {
  const entries = await fetchAll();
  if (entries.length === 0) return null;
  const found = await pinPerson({ userId: pinned.userId, entries });
  const rootKey = rootKeyOf(found);
  if (equalBytes(rootKey, rootKeyOf(pinned))) {
    return goesThrough(found, pinned) ? null : { kind: 'fork' };
  }
  const { userId, accountKey, version, hash, devices, seen } = found;
  return {
    kind: 'offer',
    chain: { userId, accountKey, rootKey, version, hash, devices, ...(seen && { seen }) },
  };
}
