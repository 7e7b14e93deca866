import { systemRandom, toBase64Url } from '@sotto/crypto';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '@sotto/client/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { copyDisk } from '../../client/test/support/disk-bytes.ts';
import { comeBack, overhear, rewrite, tellTruth, userIdOf } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Someone, Victim } from './lied-to.ts';
import { heardBy, assertUnsaid } from './secrets.ts';

const tokenRoute = /^POST \/auth\/v1\/token$/;
const accountRoute = /^GET \/api\/account$/;

interface AuthAnswer {
  access_token: string;
  refresh_token: string;
  user: { id: string; factors?: object[] };
}

let world: LiedToWorld;
let ann: Someone;
let ben: Someone;
let mallory: Someone;
const others: Victim[] = [];

beforeAll(async () => {
  world = await startLiedToWorld();
  [ann, ben, mallory] = (await Promise.all(
    ['ann', 'ben', 'mallory'].map((name) => world.person(name)),
  )) as [Someone, Someone, Someone];
});
afterAll(() => world?.stop());

/** Whatever it answered, it was told neither chat password nor recovery key. */
afterEach(() => {
  const places = [ann, ben, mallory, ...others].map((one, at) => heardBy(`liar ${at}`, one));
  assertUnsaid([ann, ben, mallory], places);
});

/** A true answer of the auth service to a sign-in of Mallory's. */
async function malloryToken(): Promise<AuthAnswer> {
  const answers: AuthAnswer[] = [];
  const own = await newcomer();
  rewrite(own.liar, tokenRoute, (answer: AuthAnswer) => {
    answers.push(answer);
    return answer;
  });
  const { email, password } = mallory.person;
  await own.client.signIn({ email, password });
  await own.client.close();
  const [answer] = answers;
  if (!answer) throw new Error('no token');
  return answer;
}

async function newcomer(): Promise<Victim> {
  const made = await world.victim();
  others.push(made);
  await until(made.client.session, ({ phase }) => phase === 'signedOut');
  return made;
}

/** Signs in truly, opens, and has what it had. */
async function comesBackTruly({ client, liar, person }: Someone): Promise<void> {
  tellTruth(liar);
  await client.signOut({ scope: 'local' }).catch(() => undefined);
  await client.signIn({ email: person.email, password: person.password });
  await client.unlock({ chatPassword: person.chatPassword });
  await until(client.connection, ({ status }) => status === 'online');
}

const typed = ({ person }: Someone) => ({ email: person.email, password: person.password });

describe('a relay that answers a sign-in', () => {
  it('with the session of somebody else gets nothing opened, and nothing of the device is lost', async () => {
    const chatId = await startChatWith(ann.client, ben.person.handle);
    await ann.client.sendText({ chatId, text: 'kept' });
    await untilTexts(ben.client, chatId, ['kept']);
    await ann.client.signOut({ scope: 'local' });
    const before = copyDisk(ann.disk);
    const hers = await malloryToken();
    rewrite(ann.liar, tokenRoute, () => hers);

    await ann.client.signIn(typed(ann));
    expect(ann.client.session.getSnapshot()).toMatchObject({
      phase: 'newDevice',
      profile: { handle: mallory.person.handle },
    });
    const { chatPassword } = ann.person;
    await expect(ann.client.unlock({ chatPassword })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });
    await ann.client.signOut({ scope: 'local' });
    for (const [table, rows] of before) {
      for (const [key, value] of rows) expect(ann.disk.get(table)?.get(key)).toEqual(value);
    }
    await comesBackTruly(ann);
    await untilTexts(ann.client, chatId, ['kept']);
  });

  it('with the session of somebody else and the account of the right person opens nothing', async () => {
    const accounts: unknown[] = [];
    rewrite(ann.liar, accountRoute, (account) => {
      accounts.push(account);
      return account;
    });
    await comeBack(ann);
    await vi.waitFor(() => expect(accounts).not.toEqual([]), { timeout: 10_000 });
    tellTruth(ann.liar);
    const fresh = await newcomer();
    const hers = await malloryToken();
    const registered = overhear(fresh.liar, /^POST \/api\/devices$/);
    rewrite(fresh.liar, /./, (body: unknown, { method, path }) => {
      if (tokenRoute.test(`${method} ${path}`)) return hers;
      return accountRoute.test(`${method} ${path}`) ? accounts.at(-1) : body;
    });
    await fresh.client.signIn(typed(ann));

    const { chatPassword } = ann.person;
    await expect(fresh.client.unlock({ chatPassword })).rejects.toMatchObject({
      code: 'wrong_chat_password',
    });
    await expect(
      fresh.client.recover({ recoveryKey: ann.recoveryKey, newChatPassword: 'another one, 99' }),
    ).rejects.toMatchObject({ code: 'wrong_recovery_key' });
    expect(registered).toEqual([]);
  });
});

describe('a relay that lies to who is signed in', () => {
  it('by exchanging the session gets nothing sent in another name; what was queued goes out later', async () => {
    const chatId = await startChatWith(ann.client, ben.person.handle);
    await untilTexts(ann.client, chatId, ['kept']);
    const hers = await malloryToken();
    let refused = 0;
    rewrite(ann.liar, tokenRoute, () => hers);
    ann.liar.script.onRequest = ({ path, body }) => {
      if (!path.startsWith('/api/') || refused > 0) return { body };
      refused += 1;
      return { answer: { status: 401, body: { error: { code: 'unauthenticated', message: '' } } } };
    };
    await ann.client.setOnline({ online: false });
    await ann.client.setOnline({ online: true });
    await vi.waitFor(() => expect(refused).toBe(1), { timeout: 10_000 });
    await ann.client.sendText({ chatId, text: 'in whose name' });
    await new Promise((resolve) => setTimeout(resolve, 1_000));

    const stored = await world.query('select sender_id from public.messages where sender_id = $1', [
      hers.user.id,
    ]);
    expect(stored).toEqual([]);
    await comesBackTruly(ann);
    await untilTexts(ben.client, chatId, ['kept', 'in whose name']);
  });

  it('by saying that the session ended costs a sign-in, and no message', async () => {
    const chatId = await startChatWith(ann.client, ben.person.handle);
    await ann.client.setOnline({ online: false });
    await ann.client.sendText({ chatId, text: 'queued' });
    // Without the triggers that would tell the relay: it says so when it is asked next.
    await world.query('delete from auth.sessions where user_id = $1', [userIdOf(ann)]);
    await ann.client.setOnline({ online: true });
    const state = await until(ann.client.session, ({ phase }) => phase === 'signedOut', 30_000);
    expect(state).toMatchObject({ notice: 'session_ended' });
    await comesBackTruly(ann);
    await untilTexts(ben.client, chatId, ['kept', 'in whose name', 'queued']);
  });
});

describe('a relay that lies about the second factor', () => {
  it('by inventing one gets a code at most: its own backup opens under no recovery key', async () => {
    const fresh = await newcomer();
    const factor = { id: crypto.randomUUID(), factor_type: 'totp', status: 'verified' };
    rewrite(fresh.liar, tokenRoute, (answer: AuthAnswer) => ({
      ...answer,
      user: { ...answer.user, factors: [factor] },
    }));
    const sealed = toBase64Url(systemRandom(96));
    const backup = { factorId: factor.id, underRecoveryKey: sealed, underVaultKey: sealed };
    fresh.liar.script.onRequest = ({ path, body }) =>
      path.endsWith('/second-factor-backup')
        ? { answer: { status: 200, body: { backup } } }
        : { body };
    await fresh.client.signIn(typed(ann));
    expect(fresh.client.session.getSnapshot().phase).toBe('secondFactor');

    const { recoveryKey, person } = ann;
    await expect(fresh.client.submitRecoveryKey({ recoveryKey })).rejects.toMatchObject({
      code: 'wrong_recovery_key',
    });
    await expect(fresh.client.unlock({ chatPassword: person.chatPassword })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(fresh.client.session.getSnapshot().phase).toBe('secondFactor');
  });

  it('by hiding it gains nothing: the chat password is used here, whatever it answers', async () => {
    const person = makePerson('dan');
    const dan = { ...(await newcomer()), person };
    const recoveryKey = await signUpFully(dan.client, person);
    const { secret } = await dan.client.startSecondFactor();
    const { parseTotpSecret, totpCode, totpStep } = await import('@sotto/crypto/second-factor');
    const code = totpCode(parseTotpSecret(secret), totpStep(Date.now()));
    await dan.client.confirmSecondFactor({ code, recoveryKey });
    const accounts: unknown[] = [];
    rewrite(dan.liar, accountRoute, (account) => {
      accounts.push(account);
      return account;
    });
    await comeBack(dan);
    await vi.waitFor(() => expect(accounts).not.toEqual([]), { timeout: 10_000 });
    const fresh = await newcomer();
    const hide = (answer: AuthAnswer) => ({ ...answer, user: { ...answer.user, factors: [] } });
    rewrite(fresh.liar, tokenRoute, hide);
    await expect(fresh.client.signIn(typed({ ...dan, recoveryKey }))).rejects.toMatchObject({
      code: 'forbidden',
    });
    fresh.liar.script.onAnswer = ({ method, path }, answer) => {
      const route = `${method} ${path}`;
      if (accountRoute.test(route)) return { status: 200, body: accounts.at(-1) };
      return tokenRoute.test(route)
        ? { status: answer.status, body: hide(answer.body as AuthAnswer) }
        : answer;
    };
    await fresh.client.signIn(typed({ ...dan, recoveryKey }));
    await expect(fresh.client.unlock({ chatPassword: person.chatPassword })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const places = [heardBy('liar', fresh), heardBy('liar of the device', dan)];
    assertUnsaid([{ ...dan, recoveryKey }], places);
  });
});

describe('a relay that lies about who asks to be let in', () => {
  it('by inventing, repeating or hiding requests gets nothing that a person did not approve', async () => {
    const asker = await newcomer();
    await asker.client.signIn(typed(ann));
    const delivered = overhear(ann.liar, /\/delivery$/);
    const answered = overhear(ann.liar, /\/answer$/);
    rewrite(ann.liar, /^GET \/api\/device-links$/, ({ links }: { links: object[] }) => {
      const invented = {
        commitment: toBase64Url(systemRandom(32)),
        deviceName: 'Ann’s phone',
        deviceType: 'web',
        createdAtMs: Date.now(),
        expiresAtMs: Date.now() + 600_000,
        state: 'open',
        answer: null,
        reveal: null,
        delivery: null,
      };
      const invent = () => ({ ...invented, linkId: crypto.randomUUID() });
      return { links: links.length > 0 ? [links[0], links[0], invent(), invent()] : [] };
    });
    await asker.client.startLink();

    const { requests } = await until(ann.client.devices, (state) => state.requests.length > 1);
    const ids = requests.map(({ linkId }) => linkId);
    expect(new Set(ids).size).toBe(ids.length);
    expect({ delivered, answered }).toEqual({ delivered: [], answered: [] });
    rewrite(ann.liar, /^GET \/api\/device-links$/, () => ({ links: [] }));
    await comeBack(ann);
    await until(ann.client.devices, (state) => state.requests.length === 0);
    expect(asker.client.session.getSnapshot()).toMatchObject({
      phase: 'newDevice',
      link: { step: 'waiting' },
    });
    expect(delivered).toEqual([]);
    await asker.client.cancelLink();
  });
});
