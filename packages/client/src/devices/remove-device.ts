import { generateIdentityKeyPair, signDeviceManifest, zeroize } from '@sotto/crypto';
import type { DeviceManifest } from '@sotto/crypto';
import type { DeviceId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import { hasVaultsKey } from '../trust/assert-own-key.ts';
import type { CertifiedDevice, PersonTrust } from '../trust/person-trust.ts';
import { isTransient } from '../transport/wire-failure.ts';
import type { NewVault } from '../vault/new-vault-key.ts';
import type { Anchor } from '../vault/vault-anchor.ts';
import { areKeysDue } from './keys-due.ts';
import { hasManifest, manifestDeviceOf, signableChain } from './publish-manifest.ts';
import type { SigningTools } from './publish-manifest.ts';

const attempts = 5;

/** The vault under a new key, as a removal needs it. */
export interface VaultExchange {
  /** Null when no chat password is held here, or it vouches for no recovery key in the vault. */
  make(input: {
    anchor: NonNullable<Anchor>;
    accountSeed: Uint8Array;
    /** Who gets the new vault key: this device as well. */
    devices: readonly CertifiedDevice[];
  }): Promise<NewVault | null>;
  /** Takes it into use, on disk at once. */
  adopt(next: NewVault): Promise<void>;
}

export type RemovalTools = SigningTools & { vaultExchange: VaultExchange };

/**
 * Removes a device from the own account: one request with the manifest without it, which names a new account
 * key, and the vault under a new vault key, sealed to the devices that are left. Where another device was
 * faster, its vault is taken over and everything is made anew.
 *
 * False, with nothing done, when the vault's key cannot be changed. Throws `not_found` for a device that is
 * not certified (any more), `rollback` before anything is signed as {@link signableChain}, or when the relay
 * does not show what it says it has stored; `conflict` when others keep being faster. After a lost answer the
 * chain tells: if this device's manifest is in it, the removal is done. What was stored without this device
 * hearing of it is no loss, because the vault key is sealed to it too.
 */
export async function removeDevice(tools: RemovalTools, deviceId: DeviceId): Promise<boolean> {
  return await changeKeys(tools, (own) => {
    const certified = certifiedBy(own);
    const left = certified.filter((device) => device.deviceId !== deviceId);
    if (left.length === certified.length) throw new ClientError('not_found');
    return left;
  });
}

/**
 * Changes the keys after a removal that could not: as {@link removeDevice} with nobody to remove. Nothing is
 * done where another device did it meanwhile.
 */
export async function changeDueKeys(tools: RemovalTools): Promise<boolean> {
  return await changeKeys(tools, (own) => (areKeysDue(own) ? certifiedBy(own) : null));
}

const certifiedBy = ({ devices }: PersonTrust) => devices.filter(({ current }) => current);

/** `stay`: the devices of the next manifest; null when there is to be none. */
async function changeKeys(
  tools: RemovalTools,
  stay: (own: PersonTrust) => readonly CertifiedDevice[] | null,
): Promise<boolean> {
  const { vault } = tools.context;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const own = await signableChain(tools);
    const left = stay(own);
    if (!left) return true;
    const outcome = await vault.changes.run(() => tryOnce(tools, own, left));
    if (outcome !== 'too late') return outcome === 'changed';
    await tools.followVault();
  }
  throw new ClientError('conflict');
}

async function tryOnce(
  { context, trust, vaultExchange }: RemovalTools,
  own: PersonTrust,
  left: readonly CertifiedDevice[],
): Promise<'changed' | 'too late' | 'impossible'> {
  const { userId, vault, http, platform } = context;
  const { random, clock } = platform;
  // Followed to another key while this waited for its turn.
  if (!hasVaultsKey(own, vault)) return 'too late';
  const { publicKey: accountKey, seed: accountSeed } = await generateIdentityKeyPair({ random });
  try {
    const version = own.version + 1;
    const manifest: DeviceManifest = {
      userId,
      version,
      previousHash: own.hash,
      accountKey,
      devices: left.map(manifestDeviceOf),
      timeMs: clock.now(),
    };
    const formerSeed = vault.accountKey.seed;
    const signed = await signDeviceManifest({ manifest, accountSeed, formerSeed, random });
    const { body, signature, hash } = signed;
    const next = await vaultExchange.make({
      anchor: { version, hash },
      accountSeed,
      devices: left,
    });
    if (!next) return 'impossible';
    try {
      // Locked meanwhile: what was signed and sealed may have been made with keys of zeros.
      if (!vault.isOpen()) throw new ClientError('locked');
      const request = {
        manifest: { version, body, signature },
        names: [],
        vault: next.sealedVault,
      };
      /** It may have got there: the chain tells. */
      let lost: ClientError | undefined;
      try {
        await http.call('publishManifest', { body: request });
      } catch (error) {
        if (isClientError(error, 'conflict')) return 'too late';
        if (!isClientError(error) || !isTransient(error)) throw error;
        lost = error;
      }
      const seen = await trust.refresh(userId).catch((error: unknown) => {
        throw lost ?? error;
      });
      if (!hasManifest(seen, version, hash)) throw lost ?? new ClientError('rollback');
      await vaultExchange.adopt(next);
      return 'changed';
    } finally {
      // In use from here on, if it is.
      if (vault.vaultKey !== next.vaultKey) zeroize(next.vaultKey);
    }
  } finally {
    zeroize(accountSeed);
  }
}
