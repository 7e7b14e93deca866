import {
  createVault,
  formatRecoveryKey,
  generateRecoveryKey,
  openVaultWithKey,
  replaceRecoveryKey,
  rewrapVault,
} from '@sotto/crypto';
import type { RecoveryPart, SealedVault } from '@sotto/crypto';
import { vi } from 'vitest';
import { sealVault } from '../../../crypto/src/vault/sealed-vault.ts';
import { createDeviceShelf } from '../../src/devices/device-record.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';
import type { TestClient } from '../../src/testing/index.ts';
import { openParts } from './device-parts.ts';
import { copyDisk } from './disk-bytes.ts';
import type { Removal } from './removal.ts';
import type { TestWorld } from './test-world.ts';

/**
 * What somebody can put into the vault who has a device open, and so the vault key, and does not know the chat
 * password. `key`: their own recovery key in the contents, beside the owner's wrap under the chat password and
 * under the proof that was there. `nothing`: a recovery key of theirs wraps the vault key, and the contents
 * name none. `password`: the whole vault under secrets of theirs.
 */
export type Planted = 'key' | 'nothing' | 'password';

/** The other device was open to somebody; what they stored is what Ann's first device has now. */
export async function plant(world: TestWorld, removal: Removal, what: Planted) {
  const { ann, a, annId, other } = removal;
  const test = { ...other, disk: copyDisk(other.disk) };
  const { context } = await openParts({ test, person: ann, relayUrl: world.url });
  const { http } = context;
  const vaultKey = Uint8Array.from(context.vault.vaultKey);
  const recoveryKey = formatRecoveryKey(generateRecoveryKey());
  const { vault: sealedVault } = await http.call('getAccount', {});
  if (!sealedVault) throw new Error('no vault');
  const input = { userId: annId, vaultKey, recoveryKey };
  const { sealedVault: renewed } = await replaceRecoveryKey({ ...input, sealedVault });
  const stored = await make[what]({ ...input, sealedVault, renewed });
  // The relay takes one version after the other.
  if (stored.version > renewed.version) await http.call('putVault', { body: renewed });
  await http.call('putVault', { body: stored });
  await vi.waitFor(async () => {
    if ((await heldVersion(a, removal)) < stored.version) throw new Error('not taken over yet');
  });
  return { vaultKey, recoveryKey };
}

interface Plan {
  userId: Removal['annId'];
  vaultKey: Uint8Array;
  recoveryKey: string;
  sealedVault: SealedVault;
  renewed: SealedVault;
}

const make: Record<Planted, (plan: Plan) => Promise<SealedVault>> = {
  nothing: async ({ renewed }) => renewed,
  password: ({ renewed, ...plan }) =>
    rewrapVault({ ...plan, sealedVault: renewed, newChatPassword: 'one that they chose' }),
  async key({ userId, vaultKey, sealedVault, renewed }) {
    const contents = await openVaultWithKey({ userId, vaultKey, sealedVault });
    const theirs = await createVault({ userId, chatPassword: 'one that they chose' });
    const { recovery } = await openVaultWithKey({ userId, ...theirs });
    if (!recovery || !contents.recovery) throw new Error('no recovery part');
    const part: RecoveryPart = { ...contents.recovery, publicKey: recovery.publicKey };
    const { version, kdf } = renewed;
    const place = { userId, version, kdf };
    return await sealVault(place, renewed, vaultKey, { ...contents, recovery: part });
  },
};

async function heldVersion({ disk }: TestClient, { annId }: Removal): Promise<number> {
  const record = await createDeviceShelf(createMemoryStorage(disk), annId).read();
  return record?.vault?.version ?? 0;
}
