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
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';
import type { WireTap } from './support/wire-tap.ts';

/** Whatever a hostile relay answers: it knows the shapes as well as anybody. */
interface ManifestPage {
  manifests: { version: number; body: string; signature: string }[];
  headVersion: number;
}
interface Envelope {
  chatId: string;
  seq: number;
  clientId: string;
  senderId: string;
  senderDeviceId: string;
  ciphertext: Uint8Array;
  createdAtMs: number;
}
interface Page {
  ok: true;
  data: { messages: Envelope[]; headSeq: number; receipts: unknown[] };
}
interface EpochPage {
  epochs: {
    epoch: number;
    keyId: string;
    deviceWrap: Record<string, string> | null;
    vaultWrap: string | null;
  }[];
}

interface Pair {
  ann: TestPerson;
  ben: TestPerson;
  a: TestClient;
  b: TestClient;
  /** Between Ben and the relay. */
  tap: WireTap;
}

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

async function meet(): Promise<Pair> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const { transport, tap } = createTappedTransport();
  const [a, b] = [world.client(), world.client({ transport })];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  return { ann, ben, a, b, tap };
}

async function reconnect(test: TestClient): Promise<void> {
  await test.client.setOnline({ online: false });
  await test.client.setOnline({ online: true });
}

const isManifests = (route: string) => route.includes('/manifests');

/** Edits pages of messages and what is pushed, so that both ways tell the same story. */
function rewriteMessages(tap: WireTap, edit: (messages: Envelope[]) => Envelope[]): void {
  tap.onEvent = (name, body) => (name === 'message:new' ? [] : [body]);
  tap.onAcknowledgement = (name, _request, answer) => {
    const page = answer as Page;
    if (name !== 'message:sync' || !page.ok) return answer;
    const messages = edit(page.data.messages);
    const headSeq = messages.at(-1)?.seq ?? 0;
    return { ok: true, data: { ...page.data, messages, headSeq } };
  };
}

describe('a relay that lies about devices', () => {
  it('cannot put another account key in the place of a known one', async () => {
    const { a, b, ben, tap } = await meet();
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
    const { a, b, ann, tap } = await meet();
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
    const { a, b, ann, ben, tap } = await meet();
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
    await until(b.client.chat(chatId), () => highest === 2);
    await until(b.client.chat(chatId), ({ canSend }) => canSend);

    tap.onAnswer = (route, answer) => {
      if (!isManifests(route)) return answer;
      return { manifests: [], headVersion: 1 };
    };
    await reconnect(b);

    const state = await until(b.client.chat(chatId), ({ trust }) => trust === 'changed');
    expect(state.canSend).toBe(false);
  });
});

describe('a relay that lies about the vault', () => {
  it('cannot roll it back to a chat password that was changed', async () => {
    const { b, ben, tap } = await meet();
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

  it.each([1, 1000, 599_999, 0, -1, '1e3', 2 ** 31, undefined])(
    'cannot ask for %s iterations',
    async (iterations) => {
      const { transport, tap } = createTappedTransport();
      const owner = makePerson('ann');
      const first = world.client();
      await signUpFully(first.client, owner);
      const b = world.client({ transport });
      await until(b.client.session, ({ phase }) => phase === 'signedOut');
      tap.onAnswer = (route, answer) => {
        if (route !== 'GET /api/account') return answer;
        const { vault, ...rest } = answer as { vault: { kdf: object } };
        return { ...rest, vault: { ...vault, kdf: { ...vault.kdf, iterations } } };
      };

      await expect(
        b.client.signIn({ email: owner.email, password: owner.password }),
      ).rejects.toMatchObject({ code: 'internal' });
      expect(b.client.session.getSnapshot().phase).toBe('signedOut');
      await world.close(first);
      await world.close(b);
    },
  );
});

describe('a relay that lies about keys', () => {
  it('cannot use a wrap of one chat in another, nor seal a key of its own', async () => {
    const { a, b, ben, tap } = await meet();
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
    const manifests = await fetchManifests(tap, wrap['userId'] ?? '');
    const sealed = await sealSigned({
      payload: new Uint8Array(32).fill(7),
      purpose: epochKeyPurpose,
      context: epochContext(withAnn, target.epoch, fromBase64Url(target.keyId)),
      sender: {
        userId: wrap['sealedByUserId'] ?? '',
        deviceId: wrap['sealedByDeviceId'] ?? '',
        identitySeed: own.seed,
      },
      recipient: {
        userId: wrap['userId'] ?? '',
        deviceId: wrap['deviceId'] ?? '',
        publicKey: manifests,
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
async function fetchManifests(tap: WireTap, userId: string): Promise<Uint8Array> {
  for (const text of tap.received) {
    if (typeof text !== 'string' || !text.includes('"manifests"')) continue;
    const page = JSON.parse(text) as ManifestPage;
    for (const { body } of page.manifests ?? []) {
      const manifest = parseDeviceManifest(fromBase64Url(body));
      const [device] = manifest.devices;
      if (manifest.userId === userId && device) return device.sealingKey;
    }
  }
  throw new Error('no manifest was seen');
}

describe('a relay that edits messages', () => {
  /** Ann sends three messages while Ben is away; Ben then gets what the relay makes of them. */
  async function threeMessages(edit: (messages: Envelope[], other: string) => Envelope[]) {
    const { a, b, ben, tap } = await meet();
    const chatId = await startChatWith(a.client, ben.handle);
    await until(b.client.chat(chatId), ({ canSend }) => canSend);
    const other = (await until(a.client.chat(chatId), ({ partner }) => partner !== null)).partner;
    await b.client.setOnline({ online: false });
    for (const text of ['one', 'two', 'three']) await a.client.sendText({ chatId, text });
    await until(a.client.chat(chatId), ({ messages }) => messages.at(-1)?.seq === 3);
    rewriteMessages(tap, (messages) => edit(messages, other?.userId ?? ''));
    await b.client.setOnline({ online: true });
    return { b, chatId };
  }

  it.each<[string, (messages: Envelope[], other: string) => Envelope[]]>([
    ['another sender', (all, other) => all.map((one) => ({ ...one, senderId: other }))],
    [
      'another device',
      (all) => all.map((one) => ({ ...one, senderDeviceId: crypto.randomUUID() })),
    ],
    ['another id', (all) => all.map((one) => ({ ...one, clientId: crypto.randomUUID() }))],
    [
      'a changed byte',
      (all) => all.map((one) => ({ ...one, ciphertext: flipped(one.ciphertext) })),
    ],
  ])('shows %s as altered', async (_name, edit) => {
    const { b, chatId } = await threeMessages(edit);

    const state = await untilTexts(b.client, chatId, ['<altered>', '<altered>', '<altered>']);
    expect(state.messages).toHaveLength(3);
  });

  it('shows what is cut short as malformed', async () => {
    const { b, chatId } = await threeMessages((all) =>
      all.map((one) => ({ ...one, ciphertext: one.ciphertext.subarray(0, 40) })),
    );

    const state = await untilTexts(b.client, chatId, ['<malformed>', '<malformed>', '<malformed>']);
    expect(state.missing).toBe(0);
  });

  it('shows a replay under new numbers once', async () => {
    const { b, chatId } = await threeMessages((all) => {
      const copies = Array.from({ length: 100 }, () => all).flat();
      const from = all[0]?.seq ?? 1;
      return copies.slice(0, 200).map((one, at) => ({ ...one, seq: from + at }));
    });

    const state = await untilTexts(b.client, chatId, ['one', 'two', 'three']);
    expect(state.missing).toBe(0);
  });

  it('shows that one was dropped', async () => {
    const { b, chatId } = await threeMessages((all) =>
      all.filter(({ seq }) => seq !== 2).map((one) => (one.seq === 3 ? { ...one, seq: 2 } : one)),
    );

    const state = await untilTexts(b.client, chatId, ['one', 'three']);
    expect(state.missing).toBe(1);
  });

  it('goes on behind a number that is withheld, and says that one is missing', async () => {
    const { b, chatId } = await threeMessages((all) => all.filter(({ seq }) => seq !== 2));

    const state = await untilTexts(b.client, chatId, ['one', 'three']);
    expect(state.missing).toBe(1);
  });

  it('shows that the order was changed', async () => {
    const { b, chatId } = await threeMessages((all) => {
      const [one, two, three] = all;
      return one && two && three ? [{ ...two, seq: 1 }, { ...one, seq: 2 }, three] : all;
    });

    const state = await untilTexts(b.client, chatId, ['two', 'one', 'three']);
    expect(state.missing).toBe(1);
  });

  it('cannot make an own message look delivered or read', async () => {
    const { a, b, ann, tap } = await meet();
    const chatId = await startChatWith(b.client, ann.handle);
    tap.onEvent = (name, body) => {
      if (name !== 'receipt:new') return [body];
      const receipt = body as { ciphertext: Uint8Array };
      return [{ ...receipt, ciphertext: flipped(receipt.ciphertext) }];
    };
    tap.onAcknowledgement = (name, _request, answer) =>
      name === 'message:sync'
        ? { ok: true, data: { ...(answer as Page).data, receipts: [] } }
        : answer;
    const { id } = await b.client.sendText({ chatId, text: 'hello' });
    await untilTexts(a.client, chatId, ['hello']);
    await a.client.markRead({ chatId, seq: 1 });
    await until(b.client.chat(chatId), ({ messages }) => messages[0]?.delivery === 'sent');

    await expect(
      until(
        b.client.chat(chatId),
        ({ messages }) => messages.some((one) => one.id === id && one.delivery !== 'sent'),
        1500,
      ),
    ).rejects.toThrow('still not as wanted');
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1;
  return copy;
}
