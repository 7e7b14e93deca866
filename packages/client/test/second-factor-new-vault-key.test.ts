import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../src/testing/index.ts';
import { startSecondFactorWorld } from './support/second-factor-world.ts';
import type { SecondFactorWorld } from './support/second-factor-world.ts';
import { deviceIdOf } from './support/several-devices.ts';
import { vaultOnDisk } from './support/vault-on-disk.ts';

let world: SecondFactorWorld;

beforeAll(async () => {
  world = await startSecondFactorWorld();
});
afterAll(() => world?.stop());

it('a backup that was sealed under a former vault key is sealed anew when the recovery key changes', async () => {
  const { ann, a, secret, recoveryKey: before } = await world.withSecondFactor();
  const { email, password, chatPassword } = ann;
  const b = world.client();
  await until(b.client.session, ({ phase }) => phase === 'signedOut');
  await b.client.signIn({ email, password });
  await b.client.submitSecondFactor({ code: world.nextCode(secret) });
  await b.client.unlock({ chatPassword });
  await until(a.client.devices, ({ devices }) => devices.length === 2);
  await a.client.removeDevice({ deviceId: await deviceIdOf(b) });
  expect((await vaultOnDisk(world, a, ann)).former).toBe(1);

  const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword });
  const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
  await a.client.confirmNewRecoveryKey({ groups });

  // The app is lost: the new recovery key gives the code, the former one does not.
  const c = world.client();
  await until(c.client.session, ({ phase }) => phase === 'signedOut');
  await c.client.signIn({ email, password });
  await expect(c.client.submitRecoveryKey({ recoveryKey: before })).rejects.toMatchObject({
    code: 'wrong_recovery_key',
  });
  world.passHalfMinute();
  await c.client.submitRecoveryKey({ recoveryKey });
  await c.client.unlock({ chatPassword });
  expect(c.client.session.getSnapshot().phase).toBe('ready');
  await c.client.stopSecondFactor({ recoveryKey });
  expect(c.client.ownAccount.getSnapshot().secondFactor).toBe('off');
});
