import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryDisk, SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { bytesOfDisk, copyDisk } from './support/disk-bytes.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

/*
 * Somebody copies the profile of a browser, or the folder of a program, while its owner is away. What
 * they find depends on when; that nothing of it is readable does not.
 */

const message = 'the heron flies at midnight';
let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

interface Owner {
  ann: TestPerson;
  a: TestClient;
  recoveryKey: string;
}

/** Somebody with a message, a draft and a second device's worth of keys on disk. */
async function owner(): Promise<Owner> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const [a, b] = [world.client(), world.client()];
  const [recoveryKey] = await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  await a.client.sendText({ chatId, text: message });
  await untilTexts(b.client, chatId, [message]);
  await a.client.saveDraft({ chatId, text: `draft: ${message}` });
  await until(a.client.chats, ({ chats }) => chats[0]?.lastMessage?.delivery === 'delivered');
  return { ann, a, recoveryKey };
}

function expectNothingReadable(disk: MemoryDisk, { ann, recoveryKey }: Owner): void {
  const bytes = bytesOfDisk(disk);
  const plain = [message, ann.chatPassword, ann.password, ann.email, ann.handle, recoveryKey];
  expect(plain.filter((text) => bytes.includes(text))).toEqual([]);
  expect(bytes.includes('access_token')).toBe(false);
}

async function startOn(disk: MemoryDisk): Promise<SottoEngine> {
  const { client } = world.client({ disk });
  await until(client.session, ({ phase }) => phase !== 'starting');
  return client;
}

describe('a profile that was copied', () => {
  it('while locked holds ciphertext, and guessing the chat password is slowed down', async () => {
    const known = await owner();
    await known.a.client.lock();
    const stolen = copyDisk(known.a.disk);

    expectNothingReadable(stolen, known);
    const thief = await startOn(stolen);
    expect(thief.session.getSnapshot()).toMatchObject({ phase: 'locked', profile: null });
    const answers: Record<string, number> = {};
    for (let guess = 0; guess < 1000; guess += 1) {
      await thief.unlock({ chatPassword: `guess number ${guess}` }).catch((error: unknown) => {
        const { code } = error as { code: string };
        answers[code] = (answers[code] ?? 0) + 1;
      });
    }
    // All but a handful are refused without being looked at; the delays grow to a minute.
    expect((answers['wrong_chat_password'] ?? 0) + (answers['too_many_tries'] ?? 0)).toBe(1000);
    expect(answers['wrong_chat_password']).toBeLessThan(10);
    expectNothingReadable(stolen, known);
    await known.a.client.unlock({ chatPassword: known.ann.chatPassword });
    expect(known.a.client.session.getSnapshot().phase).toBe('ready');
  });

  it('after signing out does not open with the chat password alone', async () => {
    const known = await owner();
    await known.a.client.signOut({ scope: 'local' });
    const stolen = copyDisk(known.a.disk);

    expectNothingReadable(stolen, known);
    expect(bytesOfDisk(stolen).includes('passwordWrap')).toBe(false);
    const thief = await startOn(stolen);
    expect(thief.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
    const { chatPassword } = known.ann;
    await expect(thief.unlock({ chatPassword })).rejects.toMatchObject({ code: 'signed_out' });
    await expect(
      thief.recover({ recoveryKey: known.recoveryKey, newChatPassword: 'taken over by a thief' }),
    ).rejects.toMatchObject({ code: 'signed_out' });
  });

  it('before signing out everywhere has no session left', async () => {
    const known = await owner();
    const stolen = copyDisk(known.a.disk);
    await known.a.client.signOut({ scope: 'global' });
    const { client: thief, clock } = world.client({ disk: stolen });
    await untilPhase(thief, 'locked');

    // Somebody who knows the chat password reads what was there, until the relay can be asked.
    await thief.unlock({ chatPassword: known.ann.chatPassword }).catch(() => undefined);
    clock.advance(60_000);

    expect(await untilPhase(thief, 'signedOut')).toMatchObject({ notice: 'session_ended' });
    expect(bytesOfDisk(stolen).includes('passwordWrap')).toBe(false);
  });

  it('of a device that is removed then is emptied as soon as it is used', async () => {
    const known = await owner();
    const { ann } = known;
    const b = world.client();
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    await until(b.client.devices, ({ devices }) => devices.length === 2);
    const lost = b.client.devices.getSnapshot().devices.find(({ thisDevice }) => !thisDevice);
    if (!lost) throw new Error('the other device is not listed');
    await known.a.client.lock();
    await world.close(known.a);
    const stolen = copyDisk(known.a.disk);

    await b.client.removeDevice({ deviceId: lost.deviceId });

    const thief = await startOn(stolen);
    await thief.unlock({ chatPassword: ann.chatPassword }).catch(() => undefined);
    const ended = await untilPhase(thief, 'signedOut');
    expect(ended).toMatchObject({
      notice: expect.stringMatching(/device_revoked|session_ended/) as string,
    });
    await expect(thief.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'signed_out',
    });
    expect(bytesOfDisk(stolen).includes('passwordWrap')).toBe(false);
    expectNothingReadable(stolen, known);
  });

  it('after the account was deleted holds nothing', async () => {
    const known = await owner();
    const before = copyDisk(known.a.disk);
    await known.a.client.deleteAccount({ password: known.ann.password });

    expect(bytesOfDisk(known.a.disk).length).toBe(0);
    // A copy from before is a locked device of an account that is gone.
    const thief = await startOn(before);
    await thief.unlock({ chatPassword: known.ann.chatPassword }).catch(() => undefined);
    expect(await untilPhase(thief, 'signedOut')).toMatchObject({ notice: 'session_ended' });
    expect(bytesOfDisk(before).includes('passwordWrap')).toBe(false);
  });
});
