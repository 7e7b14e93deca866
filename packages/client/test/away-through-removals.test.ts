import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { until } from '../src/testing/index.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import { accountKeysOf, meetForRemoval } from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** A device that another one let in, and that was never told the chat password. */
async function letIn({ ann, a }: Removal) {
  const linked = await signInOnNewDevice(world, ann, { deviceName: 'linked' });
  await linked.client.startLink();
  const { qr } = await untilLink(linked, 'waiting');
  await untilRequest(a, 'new');
  const { linkId } = await a.client.answerLink({ scanned: qr });
  await untilRequest(a, 'scanned');
  await a.client.approveLink({ linkId });
  await until(linked.client.session, ({ phase }) => phase === 'ready');
  return linked;
}

describe('a device that was away through removals', () => {
  it('follows a vault whose maker was removed meanwhile, and changes the keys that are due', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, otherId } = removal;
    const third = await addDevice(world, ann, { deviceName: 'third' });
    const linked = await letIn(removal);
    await until(third.client.devices, ({ devices }) => devices.length === 4);
    const aId = await deviceIdOf(a);
    await third.client.setOnline({ online: false });
    await a.client.removeDevice({ deviceId: otherId });
    await until(linked.client.devices, ({ devices, alarm }) => devices.length === 3 && !alarm);
    await vi.waitFor(async () => expect(await accountKeysOf(world, annId)).toHaveLength(2));
    await vi.waitFor(() => linked.client.removeDevice({ deviceId: aId }), { timeout: 10_000 });
    await until(linked.client.devices, ({ keysDue }) => keysDue);

    await third.client.setOnline({ online: true });

    await vi.waitFor(async () => expect(await accountKeysOf(world, annId)).toHaveLength(3), {
      timeout: 15_000,
    });
    await until(linked.client.devices, ({ keysDue }) => !keysDue);
    expect(third.client.devices.getSnapshot().alarm).toBeNull();
  });

  it('does not ask without end where the relay shows a newer vault and one manifest too few', async () => {
    const removal = await meetForRemoval(world);
    const { ann, a, annId, otherId } = removal;
    const fourthId = await deviceIdOf(await addDevice(world, ann, { deviceName: 'fourth' }));
    const { transport, tap } = createTappedTransport();
    const third = await addDevice(world, ann, { transport, deviceName: 'third' });
    await until(a.client.devices, ({ devices }) => devices.length === 4);
    await third.client.setOnline({ online: false });
    await a.client.removeDevice({ deviceId: otherId });
    await a.client.removeDevice({ deviceId: fourthId });
    expect(await accountKeysOf(world, annId)).toHaveLength(3);
    let asked = 0;
    let head = 0;
    tap.onAnswer = (route, answer) => {
      if (route === 'GET /api/account') asked += 1;
      const { manifests, headVersion } = answer as {
        manifests?: { version: number }[];
        headVersion?: number;
      };
      if (!manifests || headVersion === undefined) return answer;
      head = Math.max(head, headVersion);
      const shown = manifests.filter(({ version }) => version < head);
      return { manifests: shown, headVersion: head - 1 };
    };

    await third.client.setOnline({ online: true });
    await until(third.client.devices, ({ alarm }) => alarm === 'rollback');
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 3_000));

    expect(asked - before).toBeLessThan(5);
  });
});
