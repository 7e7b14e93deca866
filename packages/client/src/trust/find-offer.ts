import { equalBytes, parseDeviceManifest } from '@sotto/crypto';
import { pinPerson } from './person-trust.ts';
import type { ManifestEntry, PersonChain, PersonTrust } from './person-trust.ts';

/**
 * The chain that the relay offers in place of the one that is pinned: whole from its first manifest and
 * signed throughout by another account key. Null when it is none of that: then it is no other key but a
 * history that does not hold.
 */
export async function findOffer(
  pinned: PersonTrust,
  fetchAll: () => Promise<ManifestEntry[]>,
): Promise<PersonChain | null> {
  const entries = await fetchAll();
  const [first] = entries;
  if (!first) return null;
  const { accountKey } = parseDeviceManifest(first.body);
  if (equalBytes(accountKey, pinned.accountKey)) return null;
  const { userId, version, hash, devices, seen } = await pinPerson({
    userId: pinned.userId,
    entries,
  });
  return { userId, accountKey, version, hash, devices, ...(seen && { seen }) };
}
