import { sha256, signDeviceManifest, systemRandom, utf8 } from '@sotto/crypto';
import { deviceIdSchema } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDeviceKeys } from '../src/devices/device-keys.ts';
import { signSessionProof } from '../src/devices/device-proof.ts';
import { listedDevices } from '../src/devices/publish-manifest.ts';
import { randomUuid } from '../src/engine/random-id.ts';
import { until } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import { copyDisk } from './support/disk-bytes.ts';
import { forgeAnother, thiefOf } from './support/forged-vault.ts';
import { meetForRemoval } from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, query } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { plant } from './support/vault-thief.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

async function thiefIn({ ann, other }: Removal) {
  const test = { ...other, disk: copyDisk(other.disk) };
  return await thiefOf(await openParts({ test, person: ann, relayUrl: world.url }));
}

/** A device certified by the thief, with a number far above the others. */
async function registerAt127(removal: Removal) {
  const { annId, otherId } = removal;
  const { context, own } = await thiefIn(removal);
  const random = systemRandom;
  const deviceId = deviceIdSchema.parse(randomUuid(random));
  const keys = await generateDeviceKeys(deviceId, Date.now(), random);
  const [row] = await query<{ session: string }>(
    world,
    'select auth_session_id as session from public.devices where id = $1',
    [otherId],
  );
  const authSessionId = row?.session ?? '';
  const sessionProof = await signSessionProof({ keys, userId: annId, authSessionId, random });
  const [{ sealing }] = keys.sealing;
  const manifest = {
    userId: annId,
    version: own.version + 1,
    previousHash: own.hash,
    accountKey: own.accountKey,
    timeMs: Date.now(),
    devices: [
      ...listedDevices(own),
      {
        deviceId,
        number: 127,
        nameHash: await sha256(utf8('rogue')),
        identityKey: keys.identity.publicKey,
        sealingKey: sealing.publicKey,
        addedAtMs: Date.now(),
      },
    ],
  };
  const { version } = manifest;
  const accountSeed = context.vault.accountKey.seed;
  const { body, signature } = await signDeviceManifest({ manifest, accountSeed, random });
  await context.http.call('registerDevice', {
    body: {
      deviceId,
      name: 'rogue',
      deviceType: 'cli',
      manifest: { version, body, signature },
      sessionProof,
    },
  });
  return deviceId;
}

describe('who has a device open before it is removed', () => {
  it('does not stay by storing a vault that nobody can follow: it is removed, and the keys are due', async () => {
    const removal = await meetForRemoval(world);
    const { a, annId, otherId } = removal;
    const { context } = await thiefIn(removal);
    const { vault } = await context.http.call('getAccount', {});
    const garbage = await forgeAnother(annId, (vault?.version ?? 0) + 1);
    await context.http.call('putVault', { body: garbage });

    await a.client.removeDevice({ deviceId: otherId });

    const { devices } = await until(a.client.devices, (state) => state.removed.length === 1);
    expect(devices).toHaveLength(1);
  });

  it('does not keep the account from making a recovery key anew, and so from changing its keys', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, otherId } = removal;
    const { context } = await thiefIn(removal);
    await plant(world, removal, 'nothing');
    const garbage = () => Uint8Array.from(systemRandom(150));
    await context.http.call('putSecondFactorBackup', {
      body: {
        factorId: randomUuid(systemRandom),
        underRecoveryKey: garbage(),
        underVaultKey: garbage(),
      },
    });
    await a.client.removeDevice({ deviceId: otherId });
    await until(a.client.devices, ({ keysDue }) => keysDue);

    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
    await a.client.confirmNewRecoveryKey({ groups });

    const { keysDue } = await until(a.client.devices, ({ changesKeys }) => changesKeys);
    expect(keysDue).toBe(false);
  });

  it('does not use up the numbers of devices to come', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, otherId } = removal;
    const rogue = await registerAt127(removal);
    await until(a.client.devices, ({ devices }) => devices.length === 3);
    await a.client.removeDevice({ deviceId: rogue });
    await a.client.removeDevice({ deviceId: otherId });

    const added = await addDevice(world, ann);

    const { devices } = await until(added.client.devices, (state) => state.devices.length === 2);
    expect(devices).toHaveLength(2);
  });
});
