import { parseDeviceManifest, fromBase64Url } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import { resetAccount } from './support/reset-account.ts';
import { addDevice, deviceIdOf, query } from './support/several-devices.ts';
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

  it('is told of among the devices when it has refused three times, as long as it does', async () => {
    const { test, tap } = await tapped(makePerson('ann'));
    const deviceId = await deviceIdOf(test);
    await until(test.client.connection, ({ status }) => status === 'online');
    const alarm = () => test.client.devices.getSnapshot().alarm;
    // Nothing but the three changes tries.
    await vi.waitFor(() => expect(tap.sent.join()).toContain('/api/devices/prekeys'));
    refuseVaults(tap);

    await test.client.renameDevice({ deviceId, name: 'one' });
    await test.client.renameDevice({ deviceId, name: 'two' });
    expect(alarm()).toBeNull();
    await test.client.renameDevice({ deviceId, name: 'three' });
    await until(test.client.devices, ({ alarm: shown }) => shown === 'rollback');

    delete tap.onRequest;
    await test.client.renameDevice({ deviceId, name: 'four' });
    await until(test.client.devices, ({ alarm: shown }) => shown === null);
  });

  it.each(['onRequest', 'onAnswer'] as const)(
    'ends no first run without an anchor (lost: %s)',
    async (where) => {
      const person = makePerson('ann');
      const { transport, tap } = createTappedTransport();
      const { client } = world.client({ transport });
      await until(client.session, ({ phase }) => phase === 'signedOut');
      await client.signUp({ email: person.email, password: person.password });
      await client.createProfile(person);
      const { recoveryKey } = await client.setChatPassword(person);
      const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
      let stored = 0;
      // The first one has to be there before a device is.
      tap[where] = (route: string, passed: unknown) => {
        if (route !== 'PUT /api/account/vault') return passed;
        stored += 1;
        if (stored > 1) throw new TypeError('lost');
        return passed;
      };

      await expect(client.confirmRecoveryKey({ groups })).rejects.toMatchObject({
        code: 'offline',
      });
      expect(client.session.getSnapshot()).toMatchObject({ phase: 'setup', step: 'recoveryKey' });
      delete tap[where];
      await client.confirmRecoveryKey({ groups });

      expect(client.session.getSnapshot().phase).toBe('ready');
      const [row] = await query<{ version: string }>(
        world,
        `select version from public.account_vaults join public.profiles using (user_id)
         where handle = $1`,
        [person.handle],
      );
      expect(row?.version).toBe('2');
    },
  );
});

describe('a relay that says that this device was removed', () => {
  it('does not get another account key in as a first contact', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [{ test: a, tap }, { test: b }] = await Promise.all([tapped(ann), tapped(ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'before' });
    await untilTexts(b.client, chatId, ['before']);
    const { userId } = await a.client.findPerson({ handle: ben.handle });
    const { digits } = await until(a.client.contact(userId), (contact) => contact.digits !== null);
    if (digits === null) throw new Error('no digits');
    await a.client.markChecked({ userId, digits });
    await until(a.client.chat(chatId), ({ trust }) => trust === 'checked');
    const mine = await deviceIdOf(a);
    await world.close(b);
    await a.client.setOnline({ online: false });
    await resetAccount(world, ben.handle);
    await takeOver(ben);

    tap.onAnswer = (route, answer) => {
      if (route !== 'GET /api/account') return answer;
      const account = answer as { devices: { deviceId: string }[] };
      const lie = { isActive: false, revokedAtMs: Date.now() };
      const devices = account.devices.map((one) =>
        one.deviceId === mine ? { ...one, ...lie } : one,
      );
      return { ...account, devices };
    };
    await a.client.setOnline({ online: true });
    await until(a.client.session, ({ phase }) => phase === 'signedOut');
    await a.client.signIn({ email: ann.email, password: ann.password });
    expect(a.client.session.getSnapshot().phase).toBe('newDevice');
    // What was pinned stays, sealed, with the wrapped key that it is sealed under; nothing else does.
    const rows = [...a.disk.values()].flatMap((table) => [...table.keys()]);
    expect(rows.filter((key) => key.includes('/trust/'))).toHaveLength(2);
    expect(rows.filter((key) => !/\/(trust|tries|storage-key)/.test(key))).toEqual(['current']);
    delete tap.onAnswer;
    await a.client.unlock({ chatPassword: ann.chatPassword });

    const state = await until(a.client.chat(chatId), ({ trust }) => trust === 'changed');
    expect(state.status).toBe('ready');
    await expect(a.client.sendText({ chatId, text: 'to whom?' })).rejects.toMatchObject({
      code: 'untrusted',
    });
  });
});

/** Whoever has the server makes another account key under the name of somebody. */
async function takeOver(person: TestPerson): Promise<void> {
  const { client } = world.client();
  await until(client.session, ({ phase }) => phase === 'signedOut');
  await client.signIn({ email: person.email, password: person.password });
  const { recoveryKey } = await client.setChatPassword({ chatPassword: 'the word of mallory 77' });
  const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
  await client.confirmRecoveryKey({ groups: groups.slice(2, 5) });
  await until(client.session, ({ phase }) => phase === 'ready');
}
