import { parseDeviceManifest, fromBase64Url } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';
import type { WireTap } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** Stores no vault from now on: the anchor stays where it is. */
function refuseVaults(tap: WireTap): void {
  tap.onRequest = (route) => {
    if (route === 'PUT /api/account/vault') throw new TypeError('lost');
  };
}

async function tapped(person: TestPerson): Promise<{ test: TestClient; tap: WireTap }> {
  const { transport, tap } = createTappedTransport();
  const test = world.client({ transport });
  await signUpFully(test.client, person);
  return { test, tap };
}

describe('a relay that keeps the vault from naming the newest manifest', () => {
  it('gets no signature on an older chain from a device that is let in by another one', async () => {
    const person = makePerson('lea');
    const { test: holder, tap } = await tapped(person);
    const removed = await addDevice(world, person, { deviceName: 'removed' });
    const removedId = await deviceIdOf(removed);
    await until(holder.client.devices, ({ devices }) => devices.length === 2);
    refuseVaults(tap);
    await holder.client.removeDevice({ deviceId: removedId });
    await world.close(removed);

    const { transport, tap: askingTap } = createTappedTransport();
    const asker = await signInOnNewDevice(world, person, { transport });
    await asker.client.startLink();
    const { qr } = await untilLink(asker, 'waiting');
    const signed: string[][] = [];
    let delivered = false;
    let asked = 0;
    // The true chain for the check, the one without the removal for the signature.
    askingTap.onAnswer = (route, answer) => {
      if (route.startsWith('GET /api/device-links/')) {
        const { link } = answer as { link: { delivery: unknown } };
        delivered ||= link.delivery !== null;
      }
      if (route !== 'GET /api/account' || !delivered) return answer;
      asked += 1;
      const account = answer as { manifests: unknown[] };
      return asked === 1 ? answer : { ...account, manifests: account.manifests.slice(0, -1) };
    };
    askingTap.onRequest = (route, body) => {
      if (route !== 'POST /api/devices' || body === undefined) return;
      const { manifest } = JSON.parse(body) as { manifest: { body: string } };
      const { devices } = parseDeviceManifest(fromBase64Url(manifest.body));
      signed.push(devices.map(({ deviceId }) => deviceId));
    };
    const { linkId } = await holder.client.answerLink({ scanned: qr });
    await untilRequest(holder, 'scanned');
    await holder.client.approveLink({ linkId });
    await vi.waitFor(
      () => {
        asker.clock.advance(2_000);
        const session = asker.client.session.getSnapshot();
        expect(session).toMatchObject({ link: { step: 'ended', cause: 'mismatch' } });
      },
      { timeout: 15_000, interval: 500 },
    );

    expect(signed).toEqual([]);
    expect(asked).toBe(2);
  });
});
