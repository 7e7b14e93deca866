import { routes } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import { queryRows } from './support/query-rows.ts';
import { startSecondFactorWorld } from './support/second-factor-world.ts';
import type { SecondFactorWorld } from './support/second-factor-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: SecondFactorWorld;

beforeAll(async () => {
  world = await startSecondFactorWorld();
});
afterAll(() => world?.stop());

const untilPhase = (client: SottoEngine, phase: SessionState['phase']) =>
  until(client.session, (state) => state.phase === phase);

describe('signing in with a second factor', () => {
  it('asks for a code before anything but the backup is asked of the relay', async () => {
    const { ann, secret } = await world.withSecondFactor();
    const { transport, tap } = createTappedTransport();
    const b = world.client({ transport }).client;
    await untilPhase(b, 'signedOut');

    await b.signIn({ email: ann.email, password: ann.password });

    expect(b.session.getSnapshot()).toEqual({ phase: 'secondFactor', email: ann.email });
    const asked = tap.sent.filter((text) => typeof text === 'string' && text.startsWith('http'));
    expect(asked).toEqual([
      `${world.url}${routes.config.path}`,
      expect.stringContaining('/auth/v1/token?grant_type=password') as string,
      `${world.url}${routes.getSecondFactorBackup.path}`,
    ]);
    await expect(b.submitSecondFactor({ code: '000000' })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await expect(b.unlock({ chatPassword: ann.chatPassword })).rejects.toMatchObject({
      code: 'conflict',
    });
    const code = world.nextCode(secret);
    await b.submitSecondFactor({ code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(b.session.getSnapshot()).toMatchObject({ phase: 'newDevice' });
    await b.unlock({ chatPassword: ann.chatPassword });
    await until(b.connection, ({ status }) => status === 'online');
  });

  it('takes no code twice', async () => {
    const { ann, secret } = await world.withSecondFactor();
    const [b, c] = [world.client().client, world.client().client];
    await Promise.all([untilPhase(b, 'signedOut'), untilPhase(c, 'signedOut')]);
    await b.signIn({ email: ann.email, password: ann.password });
    const code = world.nextCode(secret);

    await b.submitSecondFactor({ code });
    await c.signIn({ email: ann.email, password: ann.password });

    await expect(c.submitSecondFactor({ code })).rejects.toMatchObject({ code: 'wrong_code' });
    expect(c.session.getSnapshot().phase).toBe('secondFactor');
  });

  it('can be left, and a program that was closed in the middle begins with the login', async () => {
    const { ann } = await world.withSecondFactor();
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
    const { ann, a } = await world.withSecondFactor();
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

describe('a session that lost its second factor', () => {
  it('ends on a device that is open, and on one that is opened again', async () => {
    const { a } = await world.withSecondFactor();
    const lower = () => queryRows(world, `update auth.sessions set aal = 'aal1'`);
    const ended = { phase: 'signedOut', notice: 'session_ended' };

    await lower();
    await a.client.setOnline({ online: false });
    await a.client.setOnline({ online: true });

    expect(await untilPhase(a.client, 'signedOut')).toEqual(ended);
    const other = await world.withSecondFactor();
    await world.close(other.a);
    await lower();
    const cold = world.client({ disk: other.a.disk });
    await untilPhase(cold.client, 'locked');
    await cold.client.unlock({ chatPassword: other.ann.chatPassword });
    expect(await untilPhase(cold.client, 'signedOut')).toEqual(ended);
  });
});

describe('a lost authenticator', () => {
  it('is made up for by the recovery key, and the factor can be switched off and set up anew', async () => {
    const { ann, recoveryKey, secret } = await world.withSecondFactor();
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
    await b.confirmSecondFactor({ code: world.nextCode(anew.secret), recoveryKey });
    await b.signOut({ scope: 'local' });
    await b.signIn({ email: ann.email, password: ann.password });
    await expect(b.submitSecondFactor({ code: world.nextCode(secret) })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await b.submitSecondFactor({ code: world.nextCode(anew.secret) });
    expect(b.session.getSnapshot().phase).toBe('locked');
  });

  it('is made up for right after a code was given, and by a clock that is an hour off', async () => {
    const { ann, recoveryKey, secret } = await world.withSecondFactor();
    const b = world.client();
    b.clock.setWallClock(-60 * 60_000);
    await untilPhase(b.client, 'signedOut');
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.submitSecondFactor({ code: world.nextCode(secret) });
    await b.client.signOut({ scope: 'local' });

    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.submitRecoveryKey({ recoveryKey });

    expect(b.client.session.getSnapshot().phase).toBe('newDevice');
  });

  it('can still be got past after the recovery key was renewed, with the new one only', async () => {
    const { ann, a, recoveryKey } = await world.withSecondFactor();
    const renewed = await a.client.renewRecoveryKey({ chatPassword: ann.chatPassword });
    const groups = renewed.recoveryKey.split('-').map((text, index) => ({ index, text }));
    await a.client.confirmNewRecoveryKey({ groups: groups.slice(0, 3) });
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });

    await expect(b.submitRecoveryKey({ recoveryKey })).rejects.toMatchObject({
      code: 'wrong_recovery_key',
    });
    world.passHalfMinute();
    await b.submitRecoveryKey({ recoveryKey: renewed.recoveryKey });

    expect(b.session.getSnapshot().phase).toBe('newDevice');
  });
});

describe('with a second factor', () => {
  it('is switched off with a code, and the backup goes', async () => {
    const { ann, a, secret } = await world.withSecondFactor();

    await expect(a.client.stopSecondFactor({ code: '000000' })).rejects.toMatchObject({
      code: 'wrong_code',
    });
    await a.client.stopSecondFactor({ code: world.nextCode(secret) });

    expect(a.client.ownAccount.getSnapshot().secondFactor).toBe('off');
    expect(await world.backupsOf(ann)).toBe(0);
    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: ann.password });
    await a.client.unlock({ chatPassword: ann.chatPassword });
    await until(a.client.connection, ({ status }) => status === 'online');
  });

  it('the account is deleted with a code or the recovery key, and with neither it stays', async () => {
    const { ann, a, secret } = await world.withSecondFactor();
    const other = await world.withSecondFactor();
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
    await a.client.deleteAccount({ password, code: world.nextCode(secret) });
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
    const { ann, a, secret } = await world.withSecondFactor();
    const next = 'Another-login-password-9';

    await a.client.changeLoginPassword({ current: ann.password, next });

    expect(a.client.session.getSnapshot().phase).toBe('ready');
    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: next });
    await a.client.submitSecondFactor({ code: world.nextCode(secret) });
    expect(a.client.session.getSnapshot().phase).toBe('locked');
  });
});
