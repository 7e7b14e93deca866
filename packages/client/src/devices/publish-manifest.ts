import { equalBytes, signDeviceManifest } from '@sotto/crypto';
import type { DeviceManifest, ManifestDevice } from '@sotto/crypto';
import type { DeviceId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
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

/**
 * Signs the next manifest of the own account and publishes it; another device that does so at the same
 * moment makes it start over from the newer one. `change` gets the devices of the newest manifest and
 * gives those of the next, or null when nothing is to be done.
 *
 * Throws `rollback` when the chain that the relay shows is older than what the vault knows, before
 * anything is signed; `conflict` when others keep being faster.
 */
export async function publishManifest(options: {
  context: AccountContext;
  trust: TrustStore;
  change: (devices: ManifestDevice[]) => ManifestDevice[] | null;
  names?: { deviceId: DeviceId; name: string }[];
}): Promise<PersonTrust> {
  const { context, trust, change, names = [] } = options;
  const { userId, vault, http, platform } = context;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const own = await trust.refresh(userId);
    assertAnchored(own, await anchorOf(vault));
    const devices = change(own.devices.filter(({ current }) => current).map(manifestDeviceOf));
    if (!devices) return own;
    const manifest: DeviceManifest = {
      userId,
      version: own.version + 1,
      previousHash: own.hash,
      accountKey: vault.accountKey.publicKey,
      devices,
      timeMs: platform.clock.now(),
    };
    const { random } = platform;
    const accountSeed = vault.accountKey.seed;
    const { body, signature, hash } = await signDeviceManifest({ manifest, accountSeed, random });
    // Locked meanwhile: the signature may have been made with a seed of zeros.
    if (!vault.isOpen()) throw new ClientError('locked');
    const { version } = manifest;
    try {
      await http.call('publishManifest', {
        body: { manifest: { version, body, signature }, names },
      });
    } catch (error) {
      if (isClientError(error, 'conflict')) continue;
      throw error;
    }
    const next = await trust.refresh(userId);
    const seen = next.seen?.find((one) => one.version === version);
    if (!seen || !equalBytes(seen.hash, hash)) throw new ClientError('rollback');
    return next;
  }
  throw new ClientError('conflict');
}
