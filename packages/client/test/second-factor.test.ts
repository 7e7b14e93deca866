import { parseTotpSecret, totpCode, totpStep } from '@sotto/crypto/second-factor';
import { routes } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { bytesOfDisk } from './support/disk-bytes.ts';
import { queryRows } from './support/query-rows.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;
/** How far the auth service's clock is ahead: each code is good once, so time has to pass between two. */
let aheadMs = 0;

beforeAll(async () => {
  world = await startTestWorld({ authClock: () => Date.now() + aheadMs });
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

/** What the app shows now; the next one has another code. */
function nextCode(secret: string): string {
  aheadMs += 30_000;
  return totpCode(parseTotpSecret(secret), totpStep(Date.now() + aheadMs));
}

interface Protected {
  ann: TestPerson;
  a: TestClient;
  recoveryKey: string;
  secret: string;
}

async function withSecondFactor(): Promise<Protected> {
  const ann = makePerson('ann');
  const a = world.client();
  const recoveryKey = await signUpFully(a.client, ann);
  const { secret } = await a.client.startSecondFactor();
  await a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey });
  return { ann, a, recoveryKey, secret };
}

async function backupsOf({ email }: TestPerson): Promise<number> {
  const sql =
    'select 1 from private.second_factor_backups b join auth.users u on u.id = b.user_id where u.email = $1';
  return (await queryRows(world, sql, [email])).length;
}

describe('switching a second factor on', () => {
  it('needs a code of the app and the recovery key of this account', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    const recoveryKey = await signUpFully(a.client, ann);
    const foreign = await signUpFully(world.client().client, makePerson('ben'));
    const { secret, otpauthUrl } = await a.client.startSecondFactor();
    expect(new URL(otpauthUrl).searchParams.get('secret')).toBe(secret);
    const mistyped = `${recoveryKey.slice(0, -1)}${recoveryKey.endsWith('7') ? '8' : '7'}`;

    for (const wrong of [mistyped, foreign]) {
      const code = nextCode(secret);
      await expect(
        a.client.confirmSecondFactor({ code, recoveryKey: wrong }),
      ).rejects.toMatchObject({ code: 'wrong_recovery_key' });
    }
    for (const code of ['000000', 'abcdef', '12345', '']) {
      await expect(a.client.confirmSecondFactor({ code, recoveryKey })).rejects.toMatchObject({
        code: 'wrong_code',
      });
    }
    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: ann.password });

    expect(a.client.session.getSnapshot().phase).toBe('locked');
  });

  it('shows it, keeps this device online, and begins anew after a stop half-way', async () => {
    const ann = makePerson('ann');
    const a = world.client();
    const recoveryKey = await signUpFully(a.client, ann);
    const watching = a.client.ownAccount.subscribe(() => undefined);
    const first = await a.client.startSecondFactor();
    const { secret } = await a.client.startSecondFactor();
    expect(secret).not.toBe(first.secret);

    await a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey });

    expect(a.client.ownAccount.getSnapshot()).toEqual({ status: 'ready', secondFactor: 'on' });
    await expect(a.client.startSecondFactor()).rejects.toMatchObject({ code: 'conflict' });
    await a.client.setOnline({ online: false });
    await a.client.setOnline({ online: true });
    await until(a.client.connection, ({ status }) => status === 'online');
    await a.client.lock();
    expect(a.client.ownAccount.getSnapshot()).toEqual({ status: 'locked', secondFactor: 'off' });
    await a.client.unlock({ chatPassword: ann.chatPassword });
    expect(a.client.ownAccount.getSnapshot()).toEqual({ status: 'ready', secondFactor: 'on' });
    watching();
  });

  it('ends the sessions of other devices, which come back with a code', async () => {
    const ann = makePerson('ann');
    const [a, b] = [world.client(), world.client()];
    const recoveryKey = await signUpFully(a.client, ann);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    await until(b.client.connection, ({ status }) => status === 'online');

    const { secret } = await a.client.startSecondFactor();
    await a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey });

    expect(await untilPhase(b.client, 'signedOut')).toMatchObject({ notice: 'session_ended' });
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.submitSecondFactor({ code: nextCode(secret) });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    expect(a.client.session.getSnapshot().phase).toBe('ready');
  });
});

describe('a stop in the middle of switching it on', () => {
  it('before the code arrives leaves an account without a factor', async () => {
    const { transport, tap } = createTappedTransport();
    const [ann, a] = [makePerson('ann'), world.client({ transport })];
    const recoveryKey = await signUpFully(a.client, ann);
    const { secret } = await a.client.startSecondFactor();
    tap.onRequest = (route) => {
      if (route.endsWith('/verify')) throw new Error('lost');
    };

    await expect(
      a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey }),
    ).rejects.toMatchObject({ code: 'offline' });

    expect(await backupsOf(ann)).toBe(1);
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    expect(b.session.getSnapshot().phase).toBe('newDevice');
    delete tap.onRequest;
    const anew = await a.client.startSecondFactor();
    await a.client.confirmSecondFactor({ code: nextCode(anew.secret), recoveryKey });
    await b.signOut({ scope: 'local' }).catch(() => undefined);
    await b.signIn({ email: ann.email, password: ann.password });
    await b.submitRecoveryKey({ recoveryKey });
    expect(b.session.getSnapshot().phase).toBe('newDevice');
  });

  it('after the code arrived leaves a factor with its backup, and this device in its session', async () => {
    const { transport, tap } = createTappedTransport();
    const [ann, a] = [makePerson('ann'), world.client({ transport })];
    const recoveryKey = await signUpFully(a.client, ann);
    const { secret } = await a.client.startSecondFactor();
    tap.onAnswer = (route, answer) => {
      if (route.endsWith('/verify')) throw new Error('lost');
      return answer;
    };

    await expect(
      a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey }),
    ).rejects.toMatchObject({ code: 'offline' });
    delete tap.onAnswer;

    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    expect(b.session.getSnapshot().phase).toBe('secondFactor');
    await b.submitRecoveryKey({ recoveryKey });
    const watching = a.client.ownAccount.subscribe(() => undefined);
    await until(a.client.ownAccount, ({ secondFactor }) => secondFactor === 'on');
    await a.client.setOnline({ online: false });
    await a.client.setOnline({ online: true });
    await until(a.client.connection, ({ status }) => status === 'online');
    watching();
  });

  it('sends neither the recovery key nor the sealed secret anywhere in the clear', async () => {
    const { transport, tap } = createTappedTransport();
    const [ann, a] = [makePerson('ann'), world.client({ transport })];
    const recoveryKey = await signUpFully(a.client, ann);
    const { secret } = await a.client.startSecondFactor();
    await a.client.confirmSecondFactor({ code: nextCode(secret), recoveryKey });
    await a.client.lock();

    const sent = JSON.stringify(tap.sent);
    const disk = bytesOfDisk(a.disk);
    expect(sent).toContain('underRecoveryKey');
    for (const plain of [recoveryKey, recoveryKey.replaceAll('-', ''), secret]) {
      expect(sent).not.toContain(plain);
      expect(disk.includes(plain)).toBe(false);
      expect(world.logged()).not.toContain(plain);
    }
  });
});

describe('signing in with a second factor', () => {
  it('asks for a code before anything else is asked of the relay', async () => {
    const { ann, secret } = await withSecondFactor();
    const { transport, tap } = createTappedTransport();
    const b = world.client({ transport }).client;
    await untilPhase(b, 'signedOut');

    await b.signIn({ email: ann.email, password: ann.password });

    expect(b.session.getSnapshot()).toEqual({ phase: 'secondFactor', email: ann.email });
    const asked = tap.sent.filter((text) => typeof text === 'string' && text.startsWith('http'));
    expect(asked).toEqual([
      `${world.url}${routes.config.path}`,
      expect.stringContaining('/auth/v1/token?grant_type=password') as string,
    ]);
    await expect(b.submitSecondFactor({ code: '000000' })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await expect(b.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'conflict',
    });
    const code = nextCode(secret);
    await b.submitSecondFactor({ code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(b.session.getSnapshot()).toMatchObject({ phase: 'newDevice' });
    await b.unlock({ chatPassword: ann.chatPassword });
    await until(b.connection, ({ status }) => status === 'online');
  });

  it('takes no code twice', async () => {
    const { ann, secret } = await withSecondFactor();
    const [b, c] = [world.client().client, world.client().client];
    await Promise.all([untilPhase(b, 'signedOut'), untilPhase(c, 'signedOut')]);
    await b.signIn({ email: ann.email, password: ann.password });
    const code = nextCode(secret);

    await b.submitSecondFactor({ code });
    await c.signIn({ email: ann.email, password: ann.password });

    await expect(c.submitSecondFactor({ code })).rejects.toMatchObject({ code: 'wrong_code' });
    expect(c.session.getSnapshot().phase).toBe('secondFactor');
  });

  it('can be left, and a program that was closed in the middle begins with the login', async () => {
    const { ann } = await withSecondFactor();
    const b = world.client();
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.signOut({ scope: 'local' });
    expect(b.client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
    await expect(b.client.submitSecondFactor({ code: '123456' })).rejects.toMatchObject({
      code: 'signed_out',
    });

    await b.client.signIn({ email: ann.email, password: ann.password });
    await world.close(b);
    const again = world.client({ disk: b.disk });

    expect(await untilPhase(again.client, 'signedOut')).toEqual({
      phase: 'signedOut',
      notice: null,
    });
    expect([...b.disk.values()].flatMap((rows) => [...rows.keys()])).toEqual([]);
  });

  it('survives a restart and a refreshed token on a device that gave it once', async () => {
    const { ann, a } = await withSecondFactor();
    await world.close(a);
    const again = world.client({ disk: a.disk });
    await untilPhase(again.client, 'locked');

    await again.client.unlock({ chatPassword: ann.chatPassword });
    await until(again.client.connection, ({ status }) => status === 'online');
    await again.client.setOnline({ online: false });
    again.clock.setWallClock(20 * 60_000);
    await again.client.setOnline({ online: true });

    await until(again.client.connection, ({ status }) => status === 'online');
    expect(again.client.session.getSnapshot().phase).toBe('ready');
  });
});

describe('a lost authenticator', () => {
  it('is made up for by the recovery key, and the factor can be switched off and set up anew', async () => {
    const { ann, recoveryKey, secret } = await withSecondFactor();
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    const foreign = await signUpFully(world.client().client, makePerson('ben'));

    for (const wrong of ['not a key', foreign]) {
      await expect(b.submitRecoveryKey({ recoveryKey: wrong })).rejects.toMatchObject({
        code: 'wrong_recovery_key',
      });
    }
    const typed = recoveryKey.toLowerCase().replaceAll('-', ' ');
    await b.submitRecoveryKey({ recoveryKey: typed });
    await b.unlock({ chatPassword: ann.chatPassword });
    expect(b.ownAccount.getSnapshot().secondFactor).toBe('on');

    await expect(b.stopSecondFactor({ recoveryKey: foreign })).rejects.toMatchObject({
      code: 'wrong_recovery_key',
    });
    await b.stopSecondFactor({ recoveryKey });
    expect(b.ownAccount.getSnapshot().secondFactor).toBe('off');
    const anew = await b.startSecondFactor();
    expect(anew.secret).not.toBe(secret);
    await b.confirmSecondFactor({ code: nextCode(anew.secret), recoveryKey });
    await b.signOut({ scope: 'local' });
    await b.signIn({ email: ann.email, password: ann.password });
    await expect(b.submitSecondFactor({ code: nextCode(secret) })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await b.submitSecondFactor({ code: nextCode(anew.secret) });
    expect(b.session.getSnapshot().phase).toBe('locked');
  });

  it('is made up for right after a code was given, and by a clock that is an hour off', async () => {
    const { ann, recoveryKey, secret } = await withSecondFactor();
    const b = world.client();
    b.clock.setWallClock(-60 * 60_000);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.submitSecondFactor({ code: nextCode(secret) });
    await b.client.signOut({ scope: 'local' });

    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.submitRecoveryKey({ recoveryKey });

    expect(b.client.session.getSnapshot().phase).toBe('newDevice');
  });

  it('can still be got past after the recovery key was renewed, with the new one only', async () => {
    const { ann, a, recoveryKey } = await withSecondFactor();
    const renewed = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const groups = renewed.recoveryKey.split('-').map((text, index) => ({ index, text }));
    await a.client.confirmNewRecoveryKey({ groups: groups.slice(0, 3) });
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });

    await expect(b.submitRecoveryKey({ recoveryKey })).rejects.toMatchObject({
      code: 'wrong_recovery_key',
    });
    aheadMs += 30_000;
    await b.submitRecoveryKey({ recoveryKey: renewed.recoveryKey });

    expect(b.session.getSnapshot().phase).toBe('newDevice');
  });
});

describe('with a second factor', () => {
  it('is switched off with a code, and the backup goes', async () => {
    const { ann, a, secret } = await withSecondFactor();

    await expect(a.client.stopSecondFactor({ code: '000000' })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await a.client.stopSecondFactor({ code: nextCode(secret) });

    expect(a.client.ownAccount.getSnapshot().secondFactor).toBe('off');
    expect(await backupsOf(ann)).toBe(0);
    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: ann.password });
    await a.client.unlock({ chatPassword: ann.chatPassword });
    await until(a.client.connection, ({ status }) => status === 'online');
  });

  it('the account is deleted with a code or the recovery key, and with neither it stays', async () => {
    const { ann, a, secret } = await withSecondFactor();
    const other = await withSecondFactor();
    const { password } = ann;

    await expect(a.client.deleteAccount({ password })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await expect(a.client.deleteAccount({ password, code: '000000' })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await expect(
      a.client.deleteAccount({ password, recoveryKey: other.recoveryKey }),
    ).rejects.toMatchObject({ code: 'wrong_recovery_key' });
    expect(a.client.session.getSnapshot().phase).toBe('ready');
    await a.client.deleteAccount({ password, code: nextCode(secret) });
    await other.a.client.deleteAccount({
      password: other.ann.password,
      recoveryKey: other.recoveryKey,
    });

    for (const { client, disk } of [a, other.a]) {
      expect(client.session.getSnapshot()).toEqual({ phase: 'signedOut', notice: null });
      expect([...disk.values()].flatMap((rows) => [...rows.keys()])).toEqual([]);
    }
    const sql = 'select 1 from auth.users where email = any($1)';
    expect(await queryRows(world, sql, [[ann.email, other.ann.email]])).toEqual([]);
  });

  it('the login password changes as before', async () => {
    const { ann, a, secret } = await withSecondFactor();
    const next = 'Another-login-password-9';

    await a.client.changeLoginPassword({ current: ann.password, next });

    expect(a.client.session.getSnapshot().phase).toBe('ready');
    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: next });
    await a.client.submitSecondFactor({ code: nextCode(secret) });
    expect(a.client.session.getSnapshot().phase).toBe('locked');
  });
});
