import { toHex } from '@sotto/crypto';
import type { TestClient, TestPerson } from '../../src/testing/index.ts';
import { openParts } from './device-parts.ts';
import type { TestWorld } from './test-world.ts';

/** What a device's own copy of the vault holds, as its owner could read it from the disk. Keys are hex. */
export interface VaultOnDisk {
  version: number;
  vaultKey: string;
  accountKey: string;
  storageKey: string;
  /** How many vault keys came before. */
  former: number;
}

export async function vaultOnDisk(
  world: TestWorld,
  test: TestClient,
  person: TestPerson,
): Promise<VaultOnDisk> {
  const { context } = await openParts({ test, person, relayUrl: world.url });
  const { sealed, vaultKey, accountKey, storageKey, formerKeys } = context.vault;
  return {
    version: sealed.version,
    vaultKey: toHex(vaultKey),
    accountKey: toHex(accountKey.publicKey),
    storageKey: toHex(storageKey),
    former: formerKeys.length,
  };
}
