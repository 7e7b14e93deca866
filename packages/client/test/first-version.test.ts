import { openVaultWithPassword, parseDeviceManifest } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makePerson, until, untilTexts } from '../src/testing/index.ts';
import { signUpFirstVersion, startChatFirstVersion } from './support/first-version.ts';
import {
  addDevice,
  ciphertextsOf,
  deviceIdOf,
  query,
  stealKeys,
} from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

describe('accounts of the first version', () => {
  it('talk on; devices get hybrid keys and prekeys, the vault an anchor, the chat keys that name manifests', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [first, second] = [
      await signUpFirstVersion(world.url, ann),
      await signUpFirstVersion(world.url, ben),
    ];
    const chatId = await startChatFirstVersion(first, second);
    const [a, b] = [world.client({ disk: first.disk }), world.client({ disk: second.disk })];
    for (const [test, person] of [
      [a, ann],
      [b, ben],
    ] as const) {
      await until(test.client.session, ({ phase }) => phase === 'locked');
      await test.client.unlock({ chatPassword: person.chatPassword });
    }
    await until(a.client.chat(chatId), ({ canSend }) => canSend);
    await a.client.sendText({ chatId, text: 'under the first key' });
    await untilTexts(b.client, chatId, ['under the first key']);

    for (const { client } of [a, b]) {
      await until(client.devices, ({ devices }) => devices[0]?.postQuantum === true);
    }
    await vi.waitFor(
      async () => {
        const { vault, manifests } = await first.http.call('getAccount', {});
        if (!vault) throw new Error('no vault');
        const { chatPassword } = ann;
        const { userId } = first;
        const opened = await openVaultWithPassword({ userId, chatPassword, sealedVault: vault });
        // The recovery part comes when a recovery key is made anew.
        expect(opened.contents).toMatchObject({ version: 2, anchor: { version: 2 } });
        const manifest = parseDeviceManifest(manifests.at(-1)?.body ?? new Uint8Array(0));
        expect(manifest.devices[0]?.sealingKey).not.toEqual(first.sealing.publicKey);
        expect(await first.http.call('getPreKeyStock', {})).toMatchObject({ oneTime: 100 });
      },
      { timeout: 20_000, interval: 300 },
    );

    const other = await addDevice(world, ann);
    await untilTexts(other.client, chatId, ['under the first key']);
    const stolen = await stealKeys(world, other, ann);
    await a.client.removeDevice({ deviceId: await deviceIdOf(other) });
    await b.client.sendText({ chatId, text: 'under the second key' });
    await untilTexts(a.client, chatId, ['under the first key', 'under the second key']);

    const texts = await ciphertextsOf(world, chatId);
    expect(await Promise.all(texts.map((one) => stolen(chatId, one)))).toEqual([true, false]);
    const epochs = await query<{ named: boolean }>(
      world,
      'select made_under is not null as named from public.chat_key_epochs where chat_id = $1 order by epoch',
      [chatId],
    );
    expect(epochs.map(({ named }) => named)).toEqual([false, true]);
  });
});
