import { createVault, systemRandom, toBase64Url, updateVault } from '@sotto/crypto';
import type { SealedVault } from '@sotto/crypto';
import { changeVaultKey } from '@sotto/crypto/vault-keys';
import { bytesAs } from '../../src/storage/json-bytes.ts';
import type { PersonTrust } from '../../src/trust/person-trust.ts';
import { anchorOf } from '../../src/vault/vault-anchor.ts';
import type { DeviceParts } from './device-parts.ts';
import type { WireTap } from './wire-tap.ts';

/** What a device that was open to somebody holds: everything of the account as it was then. */
export interface Thief extends DeviceParts {
  own: PersonTrust;
}

export async function thiefOf(parts: DeviceParts): Promise<Thief> {
  const own = await parts.trust.person(parts.context.userId);
  if (!own) throw new Error('the thief knows no chain');
  return { ...parts, own };
}

/**
 * A vault under a key that the thief knows, sealed to the chat password, the recovery key and all devices as
 * the thief knows them. `accountSeed`: the account's former one without.
 */
export async function forgeNewKey(
  { context, own }: Thief,
  version: number,
  accountSeed?: Uint8Array,
): Promise<SealedVault> {
  const { vault, keys, userId } = context;
  const { deviceId, identity } = keys;
  const seed = accountSeed ?? vault.accountKey.seed;
  const anchor = (await anchorOf(vault)) ?? { version: own.version, hash: own.hash };
  const made = await changeVaultKey({
    userId,
    vaultKey: vault.vaultKey,
    sealedVault: vault.sealed,
    // As strong as can be: with the password as well.
    chatPassword: vault.chatPassword() ?? '',
    contents: { accountSeed: seed, anchor },
    sender: { userId, deviceId, identitySeed: identity.seed },
    recipients: own.devices.map(({ deviceId: to, sealingKey, hybridKey }) => ({
      userId,
      deviceId: to,
      publicKey: sealingKey,
      ...(hybridKey && { hybridKey }),
    })),
  });
  return await raise(userId, made, { accountSeed: seed, anchor }, version);
}

/** A vault under the account's former key. */
export async function forgeSameKey({ context, own }: Thief, version: number): Promise<SealedVault> {
  const { vault, userId } = context;
  const anchor = (await anchorOf(vault)) ?? { version: own.version, hash: own.hash };
  const contents = { accountSeed: vault.accountKey.seed, anchor };
  const made = { vaultKey: vault.vaultKey, sealedVault: vault.sealed };
  return await raise(userId, made, contents, version);
}

/** A vault as somebody can make it who never had a device of the account, under a password of their own. */
export async function forgeAnother(userId: string, version: number): Promise<SealedVault> {
  const chatPassword = toBase64Url(systemRandom(24));
  const { vaultKey, sealedVault, accountKey } = await createVault({ userId, chatPassword });
  const contents = { accountSeed: accountKey.seed };
  return await raise(userId, { vaultKey, sealedVault }, contents, version);
}

async function raise(
  userId: string,
  { vaultKey, sealedVault }: { vaultKey: Uint8Array; sealedVault: SealedVault },
  contents: Parameters<typeof updateVault>[0]['contents'],
  version: number,
): Promise<SealedVault> {
  let raised = sealedVault;
  while (raised.version < version) {
    raised = await updateVault({ userId, vaultKey, sealedVault: raised, contents });
  }
  return raised;
}

/** The relay hands this vault out in place of the one that it stores; null ends it. */
export function handOut(tap: WireTap, vault: SealedVault | null): void {
  if (!vault) {
    delete tap.onAnswer;
    return;
  }
  const onWire: unknown = JSON.parse(
    JSON.stringify(
      vault,
      bytesAs((bytes) => toBase64Url(bytes)),
    ),
  );
  tap.onAnswer = (route, answer) =>
    route === 'GET /api/account' ? { ...(answer as object), vault: onWire } : answer;
}
