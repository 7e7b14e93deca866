import { generateHybridKeyPair, openVaultWithKey } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealVault } from '../../crypto/src/vault/sealed-vault.ts';
import type { VaultContents } from '../../crypto/src/vault/vault-contents.ts';
import { until } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import { meetForRemoval } from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { vaultOnDisk } from './support/vault-on-disk.ts';

/*
 * Somebody has one of Ann's devices open before she removes it, and stores a vault under the account's key
 * with public keys of their own in it: the next vault key would be sealed to them.
 */

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const halves = ['passwordPublicKey', 'recoveryPublicKey'] as const;

async function plant(
  { ann, other }: Removal,
  name: (typeof halves)[number] | 'recoveryVoucher',
): Promise<void> {
  const parts = await openParts({ test: other, person: ann, relayUrl: world.url });
  const { vault, userId, http } = parts.context;
  const { vaultKey, sealed } = vault;
  const contents = await openVaultWithKey({ userId, vaultKey, sealedVault: sealed });
  const { publicKey } = await generateHybridKeyPair();
  const planted: VaultContents = {
    ...contents,
    [name]: name === 'recoveryVoucher' ? publicKey.slice(0, 32) : publicKey,
  };
  const place = { userId, version: sealed.version + 1, kdf: sealed.kdf };
  await http.call('putVault', { body: await sealVault(place, sealed, vaultKey, planted) });
}

const untilSafe = ({ client }: TestClient, changesKeys: boolean) =>
  until(client.devices, (state) => state.status === 'ready' && state.changesKeys === changesKeys);

describe('public keys that were planted in the vault', () => {
  it.each(halves)('%s: are not sealed to by an open device, which says so', async (name) => {
    const removal = await meetForRemoval(world);
    const { ann, a, otherId } = removal;
    await untilSafe(a, true);
    await plant(removal, name);
    await untilSafe(a, false);
    const before = await vaultOnDisk(world, a, ann);

    await a.client.removeDevice({ deviceId: otherId });

    // The device is gone; what it knows stays of use until the keys are made good.
    const after = await vaultOnDisk(world, a, ann);
    expect(after.vaultKey).toBe(before.vaultKey);
    const third = await addDevice(world, ann);
    const { chatPassword } = ann;
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword });
    const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
    await a.client.confirmNewRecoveryKey({ groups });
    await a.client.lock();
    await a.client.unlock({ chatPassword });
    await untilSafe(a, true);
    await a.client.removeDevice({ deviceId: await deviceIdOf(third) });
    expect((await vaultOnDisk(world, a, ann)).vaultKey).not.toBe(before.vaultKey);
    // Both secrets open what was sealed to them.
    const last = await addDevice(world, ann);
    expect(last.client.session.getSnapshot().phase).toBe('ready');
  });

  it('the password’s is made good by the next unlock, the recovery key’s is not', async () => {
    const [one, two] = [await meetForRemoval(world), await meetForRemoval(world)];
    for (const [removal, name] of [
      [one, 'passwordPublicKey'],
      [two, 'recoveryPublicKey'],
    ] as const) {
      await untilSafe(removal.a, true);
      await plant(removal, name);
      await untilSafe(removal.a, false);
      await removal.a.client.lock();
      await removal.a.client.unlock({ chatPassword: removal.ann.chatPassword });
    }

    await untilSafe(one.a, true);
    const before = await vaultOnDisk(world, two.a, two.ann);
    await two.a.client.removeDevice({ deviceId: two.otherId });
    expect((await vaultOnDisk(world, two.a, two.ann)).vaultKey).toBe(before.vaultKey);
    await untilSafe(two.a, false);
    await one.a.client.removeDevice({ deviceId: one.otherId });
    expect((await vaultOnDisk(world, one.a, one.ann)).former).toBe(1);
  });

  it('are told from the true ones by a new device, too: a voucher nobody gave does not hold', async () => {
    const removal = await meetForRemoval(world);
    await untilSafe(removal.a, true);
    await plant(removal, 'recoveryVoucher');
    const fresh = await addDevice(world, removal.ann);
    const before = await vaultOnDisk(world, fresh, removal.ann);

    await fresh.client.removeDevice({ deviceId: removal.otherId });

    await untilSafe(fresh, false);
    expect((await vaultOnDisk(world, fresh, removal.ann)).vaultKey).toBe(before.vaultKey);
  });

  it('do not come with another chat password or a recovery: both vouch anew', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, otherId } = removal;
    const next = 'another password, as good as any';
    await untilSafe(a, true);
    await a.client.changeChatPassword({ current: ann.chatPassword, next });
    await untilSafe(a, true);
    const fresh = await addDevice(world, { ...ann, chatPassword: next });

    await fresh.client.removeDevice({ deviceId: otherId });

    const changed = { ...ann, chatPassword: next };
    expect((await vaultOnDisk(world, fresh, changed)).former).toBe(1);
  });

  it('look like those of a chat password that was changed elsewhere, until that is typed', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, other, otherId } = removal;
    const third = await addDevice(world, ann);
    const thirdId = await deviceIdOf(third);
    await untilSafe(a, true);
    const { vaultKey } = await vaultOnDisk(world, a, ann);
    const next = 'another password, as good as any';
    await third.client.changeChatPassword({ current: ann.chatPassword, next });
    await untilSafe(a, false);
    const changed = { ...ann, chatPassword: next };

    await a.client.removeDevice({ deviceId: otherId });

    expect((await vaultOnDisk(world, a, changed)).vaultKey).toBe(vaultKey);
    await until(other.client.session, ({ phase }) => phase === 'signedOut');
    await a.client.lock();
    await a.client.unlock({ chatPassword: next });
    await untilSafe(a, true);
    await a.client.removeDevice({ deviceId: thirdId });
    expect((await vaultOnDisk(world, a, changed)).vaultKey).not.toBe(vaultKey);
  });
});
