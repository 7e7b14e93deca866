import { equalBytes, signDeviceManifest } from '@sotto/crypto';
import type { DeviceManifest, ManifestDevice } from '@sotto/crypto';
import type { DeviceId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { assertVaultsKey, hasVaultsKey } from '../trust/assert-own-key.ts';
import type { CertifiedDevice, PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import { anchorOf, assertAnchored } from '../vault/vault-anchor.ts';

const attempts = 5;

/** A certified device as the next manifest repeats it. */
export function manifestDeviceOf(device: CertifiedDevice): ManifestDevice {
  const { deviceId, number, identityKey, sealingKey, hybridKey, nameHash, addedAtMs } = device;
  // Both come with every look at the newest manifest: without them nothing may be signed.
  if (!nameHash || addedAtMs === undefined) throw new ClientError('internal');
  const listed = { deviceId, number, nameHash, identityKey, sealingKey, addedAtMs };
  return hybridKey ? { ...listed, hybridKey } : listed;
}

/** What signing for the own account needs. */
export interface SigningTools {
  context: AccountContext;
  trust: TrustStore;
  /** Takes the relay's newest vault over, also one under another key, if it is the account's. */
  followVault: () => Promise<void>;
}

/**
 * The own chain as the relay shows it now, when the next manifest may be signed on it. Throws `rollback`
 * when it is older than what the vault knows, or when the vault that goes with it cannot be had.
 */
export async function signableChain(tools: SigningTools): Promise<PersonTrust> {
  const { context, trust, followVault } = tools;
  const { userId, vault } = context;
  let own = await trust.refresh(userId);
  if (!hasVaultsKey(own, vault)) {
    await followVault();
    own = (await trust.person(userId)) ?? own;
  }
  assertVaultsKey(own, vault);
  assertAnchored(own, await anchorOf(vault));
  return own;
}

/** The devices that a chain certifies now, as the next manifest repeats them. */
export const listedDevices = ({ devices }: PersonTrust): ManifestDevice[] =>
  devices.filter(({ current }) => current).map(manifestDeviceOf);

/** Whether the chain has this manifest. */
export function hasManifest(own: PersonTrust, version: number, hash: Uint8Array): boolean {
  const seen = own.seen?.find((one) => one.version === version);
  return seen !== undefined && equalBytes(seen.hash, hash);
}

/**
 * Signs the next manifest of the own account and publishes it; another device that does so at the same
 * moment makes it start over from the newer one. `change` gets the devices of the newest manifest and
 * gives those of the next, or null when nothing is to be done.
 *
 * Throws as {@link signableChain}, before anything is signed; `conflict` when others keep being faster.
 */
export async function publishManifest(
  options: SigningTools & {
    change: (devices: ManifestDevice[]) => ManifestDevice[] | null;
    names?: { deviceId: DeviceId; name: string }[];
  },
): Promise<PersonTrust> {
  const { context, trust, change, names = [] } = options;
  const { userId, vault, http, platform } = context;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const own = await signableChain(options);
    const devices = change(listedDevices(own));
    if (!devices) return own;
    // The vault's keys do not change between this look at them and the signature.
    const signed = await vault.changes.run(async () => {
      if (!hasVaultsKey(own, vault)) return null;
      const manifest: DeviceManifest = {
        userId,
        version: own.version + 1,
        previousHash: own.hash,
        accountKey: own.accountKey,
        devices,
        timeMs: platform.clock.now(),
      };
      const { random } = platform;
      return await signDeviceManifest({ manifest, accountSeed: vault.accountKey.seed, random });
    });
    if (!signed) continue;
    const { body, signature, hash } = signed;
    // Locked meanwhile: the signature may have been made with a seed of zeros.
    if (!vault.isOpen()) throw new ClientError('locked');
    const version = own.version + 1;
    try {
      await http.call('publishManifest', {
        body: { manifest: { version, body, signature }, names },
      });
    } catch (error) {
      if (isClientError(error, 'conflict')) continue;
      throw error;
    }
    const next = await trust.refresh(userId);
    if (!hasManifest(next, version, hash)) throw new ClientError('rollback');
    return next;
  }
  throw new ClientError('conflict');
}
