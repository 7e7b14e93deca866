import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  generateIdentityKeyPair,
  generateSealingKeyPair,
  parseDeviceManifest,
  sealSigned,
  fromBase64Url,
  signDeviceManifest,
  toBase64Url,
} from '@sotto/crypto';
import { epochContext, epochKeyPurpose } from '../src/chats/key-ring.ts';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilTexts,
} from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { meet } from './support/hostile.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import type { WireTap } from './support/wire-tap.ts';

/** Whatever a hostile relay answers: it knows the shapes as well as anybody. */
interface ManifestPage {
  manifests: { version: number; body: string; signature: string }[];
  headVersion: number;
}
interface EpochPage {
  epochs: {
    epoch: number;
    keyId: string;
    madeUnder: string;
    deviceWrap: Record<string, string> | null;
    vaultWrap: string | null;
  }[];
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

describe('a relay that lies about keys', () => {
  it('cannot use a wrap of one chat in another, nor seal a key of its own', async () => {
    const { a, b, ben, tap } = await meet(world);
    const cat = makePerson('cat');
    const c = world.client();
    await signUpFully(c.client, cat);
    const pages = new Map<string, EpochPage>();
    const own = await generateIdentityKeyPair();
    let swap: (chat: string, page: EpochPage) => unknown = (_chat, page) => page;
    tap.onAnswer = (route, answer) => {
      const chat = /chats\/([^/]+)\/keys/.exec(route)?.[1];
      if (chat === undefined) return answer;
      pages.set(chat, answer as EpochPage);
      return swap(chat, answer as EpochPage);
    };
    await b.client.setOnline({ online: false });
    const withAnn = await startChatWith(a.client, ben.handle);
    const withCat = await startChatWith(c.client, ben.handle);
    await a.client.sendText({ chatId: withAnn, text: 'from Ann' });
    swap = (chat, page) => {
      const other = pages.get(chat === withAnn ? withCat : withAnn)?.epochs[0];
      const wrap = other?.deviceWrap ?? null;
      return { epochs: page.epochs.map((one) => ({ ...one, deviceWrap: wrap, vaultWrap: null })) };
    };
    await b.client.setOnline({ online: true });
    await until(b.client.chat(withAnn), ({ messages }) => messages.length === 1);
    const withheld = await until(b.client.chat(withAnn), ({ status }) => status === 'ready');
    expect(textsOf(withheld)).toEqual(['<key_missing>']);
    expect(withheld.canSend).toBe(false);

    // A key of the relay's own, properly sealed to Ben's device, in Ann's name but not by her device.
    const target = pages.get(withAnn)?.epochs[0];
    const wrap = target?.deviceWrap;
    if (!target || !wrap) throw new Error('no wrap was seen');
    const keys = await fetchSealingKeys(tap, wrap['userId'] ?? '');
    const sealed = await sealSigned({
      payload: new Uint8Array(32).fill(7),
      purpose: epochKeyPurpose,
      context: epochContext(withAnn, {
        epoch: target.epoch,
        keyId: fromBase64Url(target.keyId),
        madeUnder: fromBase64Url(target.madeUnder),
      }),
      sender: {
        userId: wrap['sealedByUserId'] ?? '',
        deviceId: wrap['sealedByDeviceId'] ?? '',
        identitySeed: own.seed,
      },
      recipient: {
        userId: wrap['userId'] ?? '',
        deviceId: wrap['deviceId'] ?? '',
        ...keys,
      },
    });
    swap = (_chat, page) => ({
      epochs: page.epochs.map((one) => ({
        ...one,
        vaultWrap: null,
        deviceWrap: {
          ...wrap,
          ephemeralPublicKey: toBase64Url(sealed.ephemeralPublicKey),
          encryptedKey: toBase64Url(sealed.ciphertext),
        },
      })),
    });
    await reconnect(b);
    await until(b.client.connection, ({ status }) => status === 'online');
    expect(b.client.chat(withAnn).getSnapshot().canSend).toBe(false);

    swap = (_chat, page) => page;
    await reconnect(b);
    await untilTexts(b.client, withAnn, ['from Ann']);
  });
});

/** The sealing key of a person's one device, from what passed the tap. */
async function fetchSealingKeys(tap: WireTap, userId: string) {
  for (const text of tap.received) {
    if (typeof text !== 'string' || !text.includes('"manifests"')) continue;
    const page = JSON.parse(text) as ManifestPage;
    for (const { body } of page.manifests ?? []) {
      const manifest = parseDeviceManifest(fromBase64Url(body));
      const [device] = manifest.devices;
      if (manifest.userId !== userId || !device) continue;
      const { sealingKey, hybridKey } = device;
      return { publicKey: sealingKey, ...(hybridKey && { hybridKey }) };
    }
  }
  throw new Error('no manifest was seen');
}
