import { systemRandom } from '@sotto/crypto';
import type { SealedVault } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { until, untilDelivery, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import { copyDisk } from './support/disk-bytes.ts';
import {
  forgeAnother,
  forgeNewKey,
  forgeSameKey,
  handOut,
  thiefOf,
} from './support/forged-vault.ts';
import type { Thief } from './support/forged-vault.ts';
import { signInOnNewDevice } from './support/linking.ts';
import { comeBack, meetForRemoval } from './support/removal.ts';
import type { Removal } from './support/removal.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { vaultOnDisk } from './support/vault-on-disk.ts';
import { createTappedTransport } from './support/wire-tap.ts';
import type { WireTap } from './support/wire-tap.ts';

/*
 * Somebody had one of Ann's devices open, knows the public keys in her vault, and works with the relay. Then
 * she removes that device on another one. A third device stands behind that relay.
 */

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const patient = { timeout: 15_000, interval: 300 };

interface Robbed extends Removal {
  thief: Thief;
  /** The device behind the relay that lies. */
  third: TestClient;
  thirdTap: WireTap;
}

async function rob(): Promise<Robbed> {
  const removal = await meetForRemoval(world);
  const { ann, other } = removal;
  const { transport, tap } = createTappedTransport();
  const third = await addDevice(world, ann, { transport, deviceName: 'third' });
  await until(other.client.devices, ({ devices }) => devices.length === 3);
  await untilTexts(third.client, removal.chatId, ['before']);
  await vi.waitFor(async () => {
    const [one, two] = [await vaultOnDisk(world, other, ann), await vaultOnDisk(world, third, ann)];
    expect(one.version).toBe(two.version);
  }, patient);
  const test = { ...other, disk: copyDisk(other.disk) };
  const thief = await thiefOf(await openParts({ test, person: ann, relayUrl: world.url }));
  return { ...removal, thief, third, thirdTap: tap };
}

const alarmOf = ({ client }: TestClient) => client.devices.getSnapshot().alarm;
const later = 7;

const forgeries: [string, (robbed: Robbed) => Promise<SealedVault>][] = [
  [
    'sealed by the removed device, with the account key that was given up',
    ({ thief }) => forgeNewKey(thief, thief.context.vault.sealed.version + later),
  ],
  [
    'sealed by the removed device, with an account key of its own',
    ({ thief }) => {
      const version = thief.context.vault.sealed.version + later;
      return forgeNewKey(thief, version, Uint8Array.from(systemRandom(32)));
    },
  ],
  [
    'under the key that was given up',
    ({ thief }) => forgeSameKey(thief, thief.context.vault.sealed.version + later),
  ],
  [
    'of the relay’s own making',
    ({ thief, annId }) => forgeAnother(annId, thief.context.vault.sealed.version + later),
  ],
];

describe('in place of the vault that goes with a removal, one', () => {
  it.each(forgeries)(
    '%s, is not taken: nothing leaves until the true one is there',
    async (_, forge) => {
      const robbed = await rob();
      const { ann, a, b, third, thirdTap, otherId, chatId } = robbed;
      const before = await vaultOnDisk(world, third, ann);
      handOut(thirdTap, await forge(robbed));

      await a.client.removeDevice({ deviceId: otherId });
      await until(third.client.devices, ({ alarm }) => alarm === 'rollback');
      await until(third.client.chat(chatId), ({ trust }) => trust === 'doubtful');
      await expect(third.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
        code: 'untrusted',
      });
      await expect(
        third.client.renameDevice({ deviceId: await deviceIdOf(third), name: 'y' }),
      ).rejects.toMatchObject({ code: 'rollback' });
      // One under the former key may have come before the removal was heard of; it changes no key.
      const { vaultKey: keyBefore, accountKey: signsBefore } = before;
      expect(await vaultOnDisk(world, third, ann)).toMatchObject({
        vaultKey: keyBefore,
        accountKey: signsBefore,
      });

      handOut(thirdTap, null);
      await comeBack(third);
      await until(third.client.devices, ({ alarm }) => alarm === null);
      const { vaultKey, accountKey } = await vaultOnDisk(world, a, ann);
      expect(await vaultOnDisk(world, third, ann)).toMatchObject({ vaultKey, accountKey });
      const { id } = await third.client.sendText({ chatId, text: 'after' });
      await untilDelivery(third.client, chatId, id, 'delivered');
      await untilTexts(b.client, chatId, ['before', 'after']);
    },
  );

  it('with the device wraps of a change before, is not taken', async () => {
    const robbed = await rob();
    const { ann, a, third, thirdTap, otherId } = robbed;
    const fourth = await addDevice(world, ann);
    await a.client.removeDevice({ deviceId: otherId });
    await until(third.client.devices, ({ devices }) => devices.length === 3);
    const former = await vi.waitFor(async () => {
      const found = await vaultOnDisk(world, third, ann);
      expect(found.former).toBe(1);
      return found;
    }, patient);
    let wraps: unknown;
    thirdTap.onAnswer = (route, answer) => {
      if (route !== 'GET /api/account') return answer;
      const account = answer as { vault: { deviceWraps: string } };
      wraps ??= account.vault.deviceWraps;
      return { ...account, vault: { ...account.vault, deviceWraps: wraps } };
    };
    await comeBack(third);
    await vi.waitFor(() => expect(wraps).toBeDefined(), patient);

    await a.client.removeDevice({ deviceId: await deviceIdOf(fourth) });
    await until(third.client.devices, ({ alarm }) => alarm === 'rollback');

    expect(await vaultOnDisk(world, third, ann)).toEqual(former);
    delete thirdTap.onAnswer;
    await comeBack(third);
    await until(third.client.devices, ({ alarm }) => alarm === null);
    expect((await vaultOnDisk(world, third, ann)).former).toBe(2);
  });
});

describe('a forged vault that the chat password opens', () => {
  /** After the removal was seen and its vault taken. */
  async function afterRemoval(): Promise<Robbed & { forged: SealedVault }> {
    const robbed = await rob();
    const { ann, a, third, thief, otherId } = robbed;
    const forged = await forgeNewKey(thief, thief.context.vault.sealed.version + later);
    await a.client.removeDevice({ deviceId: otherId });
    const former = async () => (await vaultOnDisk(world, third, ann)).former;
    await vi.waitFor(async () => expect(await former()).toBe(1), patient);
    await until(third.client.devices, ({ alarm, devices }) => !alarm && devices.length === 2);
    return { ...robbed, forged };
  }

  it('is not taken by a locked device: its own copy is', async () => {
    const { ann, third, thirdTap, forged } = await afterRemoval();
    const before = await vaultOnDisk(world, third, ann);
    handOut(thirdTap, forged);
    await third.client.lock();

    // A wrong one has the relay asked for a newer vault.
    await expect(third.client.unlock({ chatPassword: 'not this one' })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });
    await third.client.unlock({ chatPassword: ann.chatPassword });

    expect(await vaultOnDisk(world, third, ann)).toEqual(before);
    await until(third.client.connection, ({ status }) => status === 'online');
    expect(alarmOf(third)).toBeNull();
  });

  it('is not taken by a device that signs in again, and hurts nothing that lies there', async () => {
    const { ann, third, thirdTap, forged, chatId } = await afterRemoval();
    const before = await vaultOnDisk(world, third, ann);
    await third.client.signOut({ scope: 'local' });
    handOut(thirdTap, forged);
    const { email, password, chatPassword } = ann;
    await third.client.signIn({ email, password });

    await expect(third.client.unlock({ chatPassword })).rejects.toMatchObject({ code: 'rollback' });

    handOut(thirdTap, null);
    await third.client.signOut({ scope: 'local' });
    await third.client.signIn({ email, password });
    await third.client.unlock({ chatPassword });
    await untilTexts(third.client, chatId, ['before']);
    const { vaultKey, storageKey } = before;
    expect(await vaultOnDisk(world, third, ann)).toMatchObject({ vaultKey, storageKey });
  });

  it('gets no signature from a new device', async () => {
    const { ann, forged } = await afterRemoval();
    const { transport, tap } = createTappedTransport();
    const registered: unknown[] = [];
    tap.onRequest = (route, body) => {
      if (route === 'POST /api/devices') registered.push(body);
    };
    handOut(tap, forged);
    const fresh = await signInOnNewDevice(world, ann, { transport });

    await expect(fresh.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'rollback',
    });

    expect(registered).toEqual([]);
    handOut(tap, null);
    await fresh.client.unlock({ chatPassword: ann.chatPassword });
    expect(fresh.client.session.getSnapshot().phase).toBe('ready');
  });
});
