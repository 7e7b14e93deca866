import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  generateIdentityKeyPair,
  generateSealingKeyPair,
  fromBase64Url,
  signDeviceManifest,
  toBase64Url,
} from '@sotto/crypto';
import { startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { meet } from './support/hostile.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

/** Whatever a hostile relay answers: it knows the shapes as well as anybody. */
interface ManifestPage {
  manifests: { version: number; body: string; signature: string }[];
  headVersion: number;
}

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

async function reconnect(test: TestClient): Promise<void> {
  await test.client.setOnline({ online: false });
  await test.client.setOnline({ online: true });
}

const isManifests = (route: string) => route.includes('/manifests');

describe('a relay that lies about devices', () => {
  it('cannot put another account key in the place of a known one', async () => {
    const { a, b, ben, tap } = await meet(world);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'hello' });
    await untilTexts(b.client, chatId, ['hello']);

    const mallory = await generateIdentityKeyPair();
    const annId =
      (await until(b.client.chat(chatId), ({ partner }) => partner !== null)).partner?.userId ?? '';
    const forged: { body: string; signature: string }[] = [];
    tap.onAnswer = (route, answer) => {
      if (!route.includes(`${annId}/manifests`)) return answer;
      return { manifests: [{ version: 1, ...forged[0] }], headVersion: 1 };
    };
    const { body, signature } = await signDeviceManifest({
      manifest: {
        userId: annId,
        version: 1,
        previousHash: new Uint8Array(32),
        accountKey: mallory.publicKey,
        timeMs: 1,
        devices: [
          {
            deviceId: crypto.randomUUID(),
            number: 1,
            nameHash: new Uint8Array(32),
            identityKey: mallory.publicKey,
            sealingKey: (await generateSealingKeyPair()).publicKey,
            addedAtMs: 1,
          },
        ],
      },
      accountSeed: mallory.seed,
    });
    forged.push({ body: toBase64Url(body), signature: toBase64Url(signature) });
    await reconnect(b);

    const state = await until(b.client.chat(chatId), ({ trust }) => trust === 'changed');
    expect(state.canSend).toBe(false);
    await expect(b.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    delete tap.onAnswer;
    await reconnect(b);
    await until(b.client.chat(chatId), ({ trust, canSend }) => trust === 'unchecked' && canSend);
  });

  it('cannot add a device to a manifest', async () => {
    const { a, b, ann, tap } = await meet(world);
    tap.onAnswer = (route, answer) => {
      if (!isManifests(route)) return answer;
      const page = answer as ManifestPage;
      return {
        ...page,
        manifests: page.manifests.map((one) => {
          const bytes = fromBase64Url(one.body);
          // A sealing key of the relay's own, in the place of the device's.
          bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
          return { ...one, body: toBase64Url(bytes) };
        }),
      };
    };

    await expect(startChatWith(b.client, ann.handle)).rejects.toMatchObject({ code: 'untrusted' });
    expect(a.client.chats.getSnapshot().chats).toEqual([]);
  });

  it('cannot roll a manifest back to before a device', async () => {
    const { a, b, ann, ben, tap } = await meet(world);
    const chatId = await startChatWith(a.client, ben.handle);
    const second = world.client();
    await until(second.client.session, ({ phase }) => phase === 'signedOut');
    await second.client.signIn({ email: ann.email, password: ann.password });
    await second.client.unlock({ chatPassword: ann.chatPassword });
    let highest = 0;
    tap.onAnswer = (route, answer) => {
      if (isManifests(route)) highest = Math.max(highest, (answer as ManifestPage).headVersion);
      return answer;
    };
    await reconnect(b);
    await until(b.client.connection, ({ status }) => status === 'online');
    await vi.waitFor(() => expect(highest).toBe(2), { timeout: 10_000 });
    await until(b.client.chat(chatId), ({ canSend }) => canSend);

    tap.onAnswer = (route, answer) => {
      if (!isManifests(route)) return answer;
      return { manifests: [], headVersion: 1 };
    };
    await reconnect(b);

    const state = await until(b.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    expect(state.canSend).toBe(false);
  });
});

describe('a relay that lies about the vault', () => {
  it('cannot roll it back to a chat password that was changed', async () => {
    const { b, ben, tap } = await meet(world);
    let old: unknown = null;
    tap.onAnswer = (route, answer) => {
      if (route === 'GET /api/account') old ??= (answer as { vault: unknown }).vault;
      return answer;
    };
    await reconnect(b);
    await vi.waitFor(() => expect(old).not.toBeNull(), { timeout: 10_000 });
    await b.client.changeChatPassword({ current: ben.chatPassword, next: 'a newer chat password' });
    await b.client.signOut({ scope: 'local' });
    tap.onAnswer = (route, answer) =>
      route === 'GET /api/account' ? { ...(answer as object), vault: old } : answer;

    await b.client.signIn({ email: ben.email, password: ben.password });

    await expect(b.client.unlock({ chatPassword: ben.chatPassword })).rejects.toMatchObject({
      code: 'rollback',
    });
  });
});
