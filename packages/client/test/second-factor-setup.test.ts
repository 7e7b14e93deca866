import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetworkTransport } from '../src/index.ts';
import type { SessionState, SottoEngine } from '../src/index.ts';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import { bytesOfDisk } from './support/disk-bytes.ts';
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
      const code = world.nextCode(secret);
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

    await a.client.confirmSecondFactor({ code: world.nextCode(secret), recoveryKey });

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
    await a.client.confirmSecondFactor({ code: world.nextCode(secret), recoveryKey });

    expect(await untilPhase(b.client, 'signedOut')).toMatchObject({ notice: 'session_ended' });
    await b.client.signIn({ email: ann.email, password: ann.password });
    await b.client.submitSecondFactor({ code: world.nextCode(secret) });
    await b.client.unlock({ chatPassword: ann.chatPassword });
    expect(a.client.session.getSnapshot().phase).toBe('ready');
  });
});

describe('two devices that switch it on at once', () => {
  it('leave the backup of the factor that is on', async () => {
    const network = createNetworkTransport();
    const ann = makePerson('ann');
    const a = world.client({
      transport: {
        ...network,
        async fetch(input, init) {
          // The other one stores its own while the code of this one is on its way.
          if (input.endsWith('/verify')) {
            await queryRows(world, 'update private.second_factor_backups set factor_id = $1', [
              crypto.randomUUID(),
            ]);
          }
          return await network.fetch(input, init);
        },
      },
    });
    const recoveryKey = await signUpFully(a.client, ann);
    const { secret } = await a.client.startSecondFactor();

    await a.client.confirmSecondFactor({ code: world.nextCode(secret), recoveryKey });

    await a.client.signOut({ scope: 'local' });
    await a.client.signIn({ email: ann.email, password: ann.password });
    expect(a.client.session.getSnapshot().phase).toBe('secondFactor');
    await a.client.submitRecoveryKey({ recoveryKey });
    expect(a.client.session.getSnapshot().phase).toBe('locked');
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
      a.client.confirmSecondFactor({ code: world.nextCode(secret), recoveryKey }),
    ).rejects.toMatchObject({ code: 'offline' });

    expect(await world.backupsOf(ann)).toBe(1);
    const b = world.client().client;
    await untilPhase(b, 'signedOut');
    await b.signIn({ email: ann.email, password: ann.password });
    expect(b.session.getSnapshot().phase).toBe('newDevice');
    delete tap.onRequest;
    const anew = await a.client.startSecondFactor();
    await a.client.confirmSecondFactor({ code: world.nextCode(anew.secret), recoveryKey });
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
      a.client.confirmSecondFactor({ code: world.nextCode(secret), recoveryKey }),
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
    await a.client.confirmSecondFactor({ code: world.nextCode(secret), recoveryKey });
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
