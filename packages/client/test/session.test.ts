import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionState } from '../src/index.ts';
import type { SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

/** Ends the program and starts it again over the same store. */
async function restart(test: TestClient): Promise<TestClient> {
  await world.close(test);
  return world.client({ disk: test.disk });
}

describe('a restart', () => {
  it('asks for the chat password only, works without the relay, and sends what was queued', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const first = world.client();
    const b = world.client().client;
    await Promise.all([signUpFully(first.client, ann), signUpFully(b, ben)]);
    const chatId = await startChatWith(first.client, ben.handle);
    await first.client.sendText({ chatId, text: 'before' });
    await untilTexts(b, chatId, ['before']);
    await first.client.setOnline({ online: false });
    await first.client.sendText({ chatId, text: 'queued' });
    await first.client.saveDraft({ chatId, text: 'half a thou' });

    await world.stopRelay();
    const second = await restart(first);
    expect(await untilPhase(second.client, 'locked')).toEqual({
      phase: 'locked',
      cause: 'start',
      profile: null,
      retryAtMs: null,
    });
    await second.client.unlock({ chatPassword: ann.chatPassword });
    const offline = await untilTexts(second.client, chatId, ['before', 'queued']);
    expect(offline.draft).toBe('half a thou');
    expect(offline.messages.at(-1)?.delivery).toBe('queued');
    await world.startRelay();
    second.clock.advance(30_000);

    await untilTexts(b, chatId, ['before', 'queued']);
  });

  it('of the relay in the middle of sending loses nothing and shows nothing twice', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client(), world.client()];
    await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    const texts = Array.from({ length: 12 }, (_, index) => `${index}`);

    const sending = texts.map((text) => a.client.sendText({ chatId, text }));
    await sending[3];
    await world.stopRelay();
    await Promise.all(sending);
    await world.startRelay();
    a.clock.advance(30_000);
    b.clock.advance(30_000);

    const there = await untilTexts(b.client, chatId, texts);
    expect(there).toMatchObject({ missing: 0 });
    expect(there.messages.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
    await untilTexts(a.client, chatId, texts);
  });
});

describe('a wrong chat password', () => {
  it('is refused with an increasing delay that survives a restart', async () => {
    const ann = makePerson('ann');
    let test = world.client();
    await signUpFully(test.client, ann);
    await test.client.lock();
    const wrong = { chatPassword: 'not the chat password' };

    const delaysMs: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      const startMs = test.clock.now();
      const error = await test.client.unlock(wrong).then(
        () => null,
        (reason: unknown) => reason as { code: string; retryAtMs: number | null },
      );
      expect(error?.code).toBe('wrong_chat_password');
      const delayMs = error?.retryAtMs ? error.retryAtMs - startMs : 0;
      delaysMs.push(Math.floor(delayMs / 1000));
      if (tries < 4) test.clock.advance(delayMs);
    }
    expect(delaysMs).toEqual([0, 0, 0, 1, 2]);

    test = await restart(test);
    const locked = await untilPhase(test.client, 'locked');
    expect(locked).toMatchObject({ retryAtMs: expect.any(Number) as number });
    await expect(test.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'too_many_tries',
    });
    test.clock.advance(3_000);
    await test.client.unlock({ chatPassword: ann.chatPassword });
    await untilPhase(test.client, 'ready');
  });
});

describe('idling', () => {
  it('locks after 5 minutes, keeps the list without previews, and signs out after 15', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const a = world.client();
    await Promise.all([signUpFully(a.client, ann), signUpFully(world.client().client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    const watching = a.client.chat(chatId).subscribe(() => undefined);
    await a.client.sendText({ chatId, text: 'not for everybody' });
    await until(
      a.client.chats,
      ({ chats }) => chats[0]?.lastMessage?.preview === 'not for everybody',
    );

    a.clock.advance(4 * 60_000);
    await a.client.noteActivity();
    a.clock.advance(4.9 * 60_000);
    expect(a.client.session.getSnapshot().phase).toBe('ready');
    a.clock.advance(0.2 * 60_000);

    expect(a.client.session.getSnapshot()).toMatchObject({
      phase: 'locked',
      cause: 'idle',
      profile: { handle: ann.handle },
    });
    expect(a.client.chats.getSnapshot().chats).toMatchObject([
      { partner: { handle: ben.handle }, lastMessage: null },
    ]);
    expect(a.client.chat(chatId).getSnapshot()).toMatchObject({ status: 'locked', messages: [] });
    await expect(a.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'locked',
    });
    a.clock.advance(10 * 60_000);
    await untilPhase(a.client, 'signedOut');
    expect(a.client.chats.getSnapshot().chats).toEqual([]);
    watching();
  });

  it('is measured by the wall clock too: a machine that slept wakes up locked', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    await signUpFully(a.client, ann);

    a.clock.setWallClock(6 * 60_000);
    await a.client.noteActivity();

    expect(a.client.session.getSnapshot()).toMatchObject({ phase: 'locked', cause: 'idle' });
  });
});

describe('signing out', () => {
  it('leaves ciphertext that needs sign-in and chat password, and both bring everything back', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const a = world.client();
    await Promise.all([signUpFully(a.client, ann), signUpFully(world.client().client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'kept' });
    await until(a.client.chats, ({ chats }) => chats[0]?.lastMessage?.delivery !== 'queued');
    await a.client.signOut({ scope: 'local' });
    expect(a.client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });

    const again = await restart(a);
    await untilPhase(again.client, 'signedOut');
    await expect(again.client.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'signed_out',
    });
    await again.client.signIn({ email: ann.email, password: ann.password });
    expect(again.client.session.getSnapshot()).toMatchObject({ phase: 'locked', cause: 'start' });
    await again.client.unlock({ chatPassword: ann.chatPassword });
    await untilTexts(again.client, chatId, ['kept']);
  });

  it('lets somebody else use the same installation without meeting the first one’s data', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const a = world.client();
    await signUpFully(a.client, ann);
    await a.client.signOut({ scope: 'local' });

    await signUpFully(a.client, ben);
    expect(a.client.session.getSnapshot()).toMatchObject({ profile: { handle: ben.handle } });
    await a.client.signOut({ scope: 'global' });
    await a.client.signIn({ email: ann.email, password: ann.password });
    await a.client.unlock({ chatPassword: ann.chatPassword });

    expect(a.client.session.getSnapshot()).toMatchObject({ profile: { handle: ann.handle } });
  });

  it('everywhere ends the session of other devices, which say so', async () => {
    const ann = makePerson('ann');
    const [a, b] = [world.client(), world.client()];
    await signUpFully(a.client, ann);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    await until(b.client.connection, ({ status }) => status === 'online');

    await a.client.signOut({ scope: 'global' });
    await b.client.setOnline({ online: false });
    b.clock.advance(2 * 60_000);
    await b.client.setOnline({ online: true });

    expect(await untilPhase(b.client, 'signedOut')).toMatchObject({ notice: 'session_ended' });
  });

  it('and erasing leaves nothing at all', async () => {
    const a = world.client();
    await signUpFully(a.client, makePerson('ann'));

    await a.client.eraseDevice();

    expect(a.client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
    expect([...a.disk.values()].flatMap((rows) => [...rows.keys()])).toEqual([]);
  });
});

describe('the chat password', () => {
  it('changes: the old one opens nothing any more, here and on a new device', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    await signUpFully(a.client, ann);
    const next = 'another chat password entirely';

    await expect(
      a.client.changeChatPassword({ current: 'wrong one here', next }),
    ).rejects.toMatchObject({ code: 'wrong_chat_password' });
    await a.client.changeChatPassword({ current: ann.chatPassword, next });
    await a.client.lock();

    const old = { chatPassword: ann.chatPassword };
    await expect(a.client.unlock(old)).rejects.toMatchObject({ code: 'wrong_chat_password' });
    await a.client.unlock({ chatPassword: next });
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    await expect(b.unlock(old)).rejects.toMatchObject({ code: 'wrong_chat_password' });
    await b.unlock({ chatPassword: next });
    await untilPhase(b, 'ready');
  });

  it('is replaced with the recovery key on a new device, and an older device learns of it', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    const recoveryKey = await signUpFully(a.client, ann);
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    const newChatPassword = 'found the recovery key';

    const typed = `${recoveryKey.slice(0, -1)}${recoveryKey.endsWith('7') ? '8' : '7'}`;
    await expect(b.recover({ recoveryKey: typed, newChatPassword })).rejects.toMatchObject({
      code: 'wrong_recovery_key',
    });
    await b.recover({
      recoveryKey: recoveryKey.toLowerCase().replaceAll('-', ' '),
      newChatPassword,
    });
    await untilPhase(b, 'ready');

    await a.client.lock();
    await a.client.unlock({ chatPassword: newChatPassword });
    await untilPhase(a.client, 'ready');
  });
});

describe('the login password', () => {
  it('changes after the current one was given, and the session stays', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    await signUpFully(a.client, ann);
    const next = 'Another-login-password-9';

    await expect(a.client.changeLoginPassword({ current: 'no', next })).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    await a.client.changeLoginPassword({ current: ann.password, next });

    expect(a.client.session.getSnapshot().phase).toBe('ready');
    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: next });
    await a.client.unlock({ chatPassword: ann.chatPassword });
  });
});
