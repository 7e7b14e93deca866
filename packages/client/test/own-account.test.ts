import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { SessionState, SottoEngine } from '../src/index.ts';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilTexts,
} from '../src/testing/index.ts';
import { queryRows } from './support/query-rows.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

const groupsOf = (recoveryKey: string) =>
  recoveryKey.split('-').map((text, index) => ({ index, text }));

describe('the recovery key', () => {
  it('is renewed after the chat password and its confirmation; the old one opens nothing then', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    const before = await signUpFully(a.client, ann);

    await expect(
      a.client.renewRecoveryKey({ chatPassword: 'not the chat password' }),
    ).rejects.toMatchObject({ code: 'wrong_chat_password' });
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    expect(recoveryKey).not.toBe(before);
    await expect(
      a.client.confirmNewRecoveryKey({ groups: groupsOf(before).slice(0, 3) }),
    ).rejects.toMatchObject({ code: 'recovery_key_mismatch' });
    await a.client.confirmNewRecoveryKey({ groups: groupsOf(recoveryKey).slice(4, 7) });

    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    const newChatPassword = 'found the newer key';
    await expect(b.recover({ recoveryKey: before, newChatPassword })).rejects.toMatchObject({
      code: 'wrong_recovery_key',
    });
    await b.recover({ recoveryKey, newChatPassword });
    expect(b.session.getSnapshot().phase).toBe('ready');
  });

  it('stays the old one until it was confirmed, and is forgotten when the account is locked', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    const before = await signUpFully(a.client, ann);
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const groups = groupsOf(recoveryKey).slice(0, 3);

    await a.client.lock();
    await expect(a.client.confirmNewRecoveryKey({ groups })).rejects.toMatchObject({
      code: 'locked',
    });
    await a.client.unlock({ chatPassword: ann.chatPassword });
    await expect(a.client.confirmNewRecoveryKey({ groups })).rejects.toMatchObject({
      code: 'conflict',
    });

    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    await b.recover({ recoveryKey: before, newChatPassword: 'the old key it is' });
    expect(b.session.getSnapshot().phase).toBe('ready');
  });

  it('is put on top of a vault that another device has changed meanwhile, whose change stays', async () => {
    const ann = makePerson('ann');
    const { transport, tap } = createTappedTransport();
    const [a, b] = [world.client({ transport }), world.client()];
    await signUpFully(a.client, ann);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    await until(b.client.connection, ({ status }) => status === 'online');
    // The hint of the change gets lost: the first device learns of it from the refusal alone.
    tap.onEvent = (name, body) => (name === 'vault:changed' ? [] : [body]);
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const next = 'changed while the key was written down';
    await b.client.changeChatPassword({ current: ann.chatPassword, next });

    await a.client.confirmNewRecoveryKey({ groups: groupsOf(recoveryKey) });

    const c = world.client().client;
    await untilPhase(c, 'signedOut');
    await c.signIn({ email: ann.email, password: ann.password });
    await c.unlock({ chatPassword: next });
    await c.lock();
    await c.recover({ recoveryKey, newChatPassword: 'and once more for certain' });
    expect(c.session.getSnapshot().phase).toBe('ready');
  });
});

describe('the chat password', () => {
  it('changes on two devices at once without either being lost half-way', async () => {
    const ann = makePerson('ann');
    const [a, b] = [world.client(), world.client()];
    await signUpFully(a.client, ann);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    const [first, second] = ['one of the two passwords', 'the other of the two passwords'];

    await Promise.all([
      a.client.changeChatPassword({ current: ann.chatPassword, next: first }),
      b.client.changeChatPassword({ current: ann.chatPassword, next: second }),
    ]);

    const c = world.client().client;
    await untilPhase(c, 'signedOut');
    await c.signIn({ email: ann.email, password: ann.password });
    const opened: string[] = [];
    for (const chatPassword of [first, second]) {
      await c.unlock({ chatPassword }).then(
        () => opened.push(chatPassword),
        () => undefined,
      );
      await c.lock();
    }
    expect(opened).toHaveLength(1);
    await a.client.lock();
    await a.client.unlock({ chatPassword: opened[0] ?? '' });
  });
});

describe('activity', () => {
  it('lists what happened, newest first, with the names of devices, a page at a time', async () => {
    const ann = makePerson('ann');
    const a = world.client({ deviceName: 'kitchen' });
    await signUpFully(a.client, ann);
    await until(a.client.devices, ({ status }) => status === 'ready');
    await a.client.changeChatPassword({ current: ann.chatPassword, next: 'something else here' });

    const { items, hasMore } = await a.client.listActivity({});

    expect(hasMore).toBe(false);
    expect(items.map(({ id }) => id)).toEqual(
      items.map(({ id }) => id).toSorted((left, right) => right - left),
    );
    const registered = items.find(({ action }) => action === 'device_registered');
    expect(registered).toMatchObject({ deviceName: 'kitchen' });
    const rest = await a.client.listActivity({ before: items[0]?.id ?? 0 });
    expect(rest.items).toEqual(items.slice(1));
    await a.client.lock();
    await expect(a.client.listActivity({})).rejects.toMatchObject({ code: 'locked' });
  });
});

const exportSchema = z.object({
  format: z.literal('sotto-export'),
  formatVersion: z.literal(1),
  account: z.looseObject({ handle: z.string(), email: z.string() }),
  devices: z.array(z.looseObject({ name: z.string() })),
  contacts: z.array(z.looseObject({ handle: z.string(), trust: z.string() })),
  chats: z.array(
    z.looseObject({
      complete: z.boolean(),
      draft: z.string(),
      damaged: z.number(),
      messages: z.array(
        z.looseObject({
          number: z.number(),
          text: z.optional(z.string()),
          unreadable: z.optional(z.string()),
        }),
      ),
    }),
  ),
});

describe('an export', () => {
  it('holds everything that can be read, from the beginning, and no key or password', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client({ deviceName: 'kitchen' }), world.client()];
    const [recoveryKey] = await Promise.all([
      signUpFully(a.client, ann),
      signUpFully(b.client, ben),
    ]);
    const chatId = await startChatWith(a.client, ben.handle);
    const texts = Array.from({ length: 203 }, (_, at) => `line ${at} "quoted"\n\u2028 and more`);
    for (const text of texts) await a.client.sendText({ chatId, text });
    await until(b.client.chats, ({ chats }) => chats[0]?.unread === 203, 30_000);
    await b.client.sendText({ chatId, text: 'an answer' });
    await until(a.client.chats, ({ chats }) => chats[0]?.lastMessage?.preview === 'an answer');
    await a.client.saveDraft({ chatId, text: 'half a thou' });
    await until(a.client.devices, ({ status }) => status === 'ready');

    const { fileName, json } = await a.client.exportData();

    expect(fileName).toMatch(new RegExp(`^sotto-${ann.handle}-\\d{4}-\\d\\d-\\d\\d\\.json$`));
    const found = exportSchema.parse(JSON.parse(json));
    expect(found.account).toMatchObject({ handle: ann.handle, email: ann.email });
    expect(found.devices).toMatchObject([{ name: 'kitchen', thisDevice: true }]);
    expect(found.contacts).toMatchObject([
      { handle: ben.handle, trust: 'unchecked', gone: false, checkedAt: null },
    ]);
    expect(found.chats).toMatchObject([{ complete: true, draft: 'half a thou', damaged: 0 }]);
    const said = found.chats[0]?.messages.map(({ text }) => text);
    expect(said).toEqual([...texts, 'an answer']);
    for (const secret of [ann.password, ann.chatPassword, recoveryKey]) {
      expect(json).not.toContain(secret);
    }
    expect(json).not.toMatch(/"[A-Za-z0-9_-]{43}"/);
  });

  it('ends when the account is locked, and says what could not be opened', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const { transport, tap } = createTappedTransport();
    const [a, b] = [world.client({ transport }), world.client()];
    await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    tap.onEvent = (name, body) => {
      if (name !== 'message:new') return [body];
      const envelope = body as { ciphertext: Uint8Array };
      const ciphertext = Uint8Array.from(envelope.ciphertext);
      ciphertext[ciphertext.length - 1] = (ciphertext.at(-1) ?? 0) ^ 1;
      return [{ ...envelope, ciphertext }];
    };
    await until(b.client.chat(chatId), ({ canSend }) => canSend);
    await b.client.sendText({ chatId, text: 'altered on the way' });
    await untilTexts(a.client, chatId, ['<altered>']);

    const { json } = await a.client.exportData();

    const [chat] = exportSchema.parse(JSON.parse(json)).chats;
    expect(chat?.messages).toMatchObject([{ number: 1, unreadable: 'altered' }]);
    const under = a.client.exportData();
    await a.client.lock();
    await expect(under).rejects.toMatchObject({ code: 'locked' });
  });
});

describe('deleting the account', () => {
  it('needs the login password and a relay that confirms; then nothing of it is left', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const { transport, tap } = createTappedTransport();
    const [a, b] = [world.client({ transport }), world.client()];
    await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'still here' });
    await untilTexts(b.client, chatId, ['still here']);

    await expect(a.client.deleteAccount({ password: 'not it' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    tap.onRequest = (route) => {
      if (route === 'DELETE /api/account') throw new Error('lost');
    };
    await expect(a.client.deleteAccount({ password: ann.password })).rejects.toMatchObject({
      code: 'offline',
    });
    delete tap.onRequest;
    expect(a.client.session.getSnapshot().phase).toBe('ready');
    await untilTexts(a.client, chatId, ['still here']);

    await a.client.deleteAccount({ password: ann.password });

    expect(a.client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
    expect([...a.disk.values()].flatMap((rows) => [...rows.keys()])).toEqual([]);
    expect(
      await queryRows(world, 'select 1 from auth.users where email = $1', [ann.email]),
    ).toEqual([]);
    await expect(
      a.client.signIn({ email: ann.email, password: ann.password }),
    ).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('is done when its answer is lost, and known to be done', async () => {
    const ann = makePerson('ann');
    const { transport, tap } = createTappedTransport();
    const a = world.client({ transport });
    await signUpFully(a.client, ann);
    let lost = 0;
    tap.onAnswer = (route, answer) => {
      if (route !== 'DELETE /api/account') return answer;
      lost += 1;
      throw new Error('lost');
    };

    await a.client.deleteAccount({ password: ann.password });

    expect(lost).toBe(1);
    expect(a.client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
    expect([...a.disk.values()].flatMap((rows) => [...rows.keys()])).toEqual([]);
  });

  it('leaves the others their chat, with who it was, and no way to write', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client(), world.client()];
    await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'goodbye' });
    await untilTexts(b.client, chatId, ['goodbye']);
    const watching = b.client.chat(chatId).subscribe(() => undefined);

    await a.client.deleteAccount({ password: ann.password });

    const left = await until(b.client.chat(chatId), ({ partnerGone }) => partnerGone === true);
    expect(left).toMatchObject({ canSend: false, partner: { handle: ann.handle } });
    expect(textsOf(left)).toEqual(['goodbye']);
    expect(b.client.chats.getSnapshot().chats).toMatchObject([
      { partnerGone: true, partner: { handle: ann.handle } },
    ]);
    await expect(b.client.sendText({ chatId, text: 'are you there?' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await world.close(b);
    const again = world.client({ disk: b.disk });
    await untilPhase(again.client, 'locked');
    await again.client.unlock({ chatPassword: ben.chatPassword });
    await until(again.client.connection, ({ status }) => status === 'online');
    const shown = await untilTexts(again.client, chatId, ['goodbye']);
    expect(shown).toMatchObject({ canSend: false, partnerGone: true });
    const { json } = await again.client.exportData();
    expect(exportSchema.parse(JSON.parse(json)).contacts).toMatchObject([
      { handle: ann.handle, gone: true },
    ]);
    watching();
  });

  it('ends it on its other devices too, and leaves alone who else uses the installation', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client(), world.client()];
    await signUpFully(a.client, ben);
    await a.client.signOut({ scope: 'local' });
    await signUpFully(a.client, ann);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    await until(b.client.connection, ({ status }) => status === 'online');

    await a.client.deleteAccount({ password: ann.password });

    await untilPhase(b.client, 'signedOut');
    await a.client.signIn({ email: ben.email, password: ben.password });
    await a.client.unlock({ chatPassword: ben.chatPassword });
    expect(a.client.session.getSnapshot()).toMatchObject({
      phase: 'ready',
      profile: { handle: ben.handle },
    });
  });

  it('is not for who has the login password alone, on another browser or a locked device', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    await signUpFully(a.client, ann);
    const b = world.client();
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    expect(b.client.session.getSnapshot().phase).toBe('newDevice');
    // Whatever it is told about the devices there are, the relay has the last word.
    const { transport, tap } = createTappedTransport();
    tap.onAnswer = (route, answer) =>
      route === 'GET /api/account' ? { ...(answer as object), devices: [] } : answer;
    const lied = world.client({ transport });
    await untilPhase(lied.client, 'signedOut');
    await lied.client.signIn({ email: ann.email, password: ann.password });
    await a.client.lock();

    for (const { client } of [b, lied]) {
      await expect(client.deleteAccount({ password: ann.password })).rejects.toMatchObject({
        code: 'forbidden',
      });
      expect(client.session.getSnapshot().phase).toBe('newDevice');
    }
    await expect(a.client.deleteAccount({ password: ann.password })).rejects.toMatchObject({
      code: 'locked',
    });
    await a.client.unlock({ chatPassword: ann.chatPassword });
    await a.client.deleteAccount({ password: ann.password });

    expect([...a.disk.values()].flatMap((rows) => [...rows.keys()])).toEqual([]);
  });

  it('takes the login password where first run stopped before the first device', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    await untilPhase(a.client, 'signedOut');
    await a.client.signUp({ email: ann.email, password: ann.password });
    expect(a.client.session.getSnapshot().phase).toBe('setup');

    await a.client.deleteAccount({ password: ann.password });
    await signUpFully(a.client, ann);

    expect(a.client.session.getSnapshot()).toMatchObject({ profile: { handle: ann.handle } });
  });
});
