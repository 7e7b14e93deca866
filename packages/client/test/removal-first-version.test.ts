import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import { signUpFirstVersion } from './support/first-version.ts';
import { accountKeysOf, contactOf, manifestsOf, ownId } from './support/removal.ts';
import { addDevice, deviceIdOf } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

describe('an account of the first version', () => {
  it('removes devices under its first keys, and says so, until a recovery key is made anew', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const { disk } = await signUpFirstVersion(world.url, ann);
    const [a, b] = [world.client({ disk }), world.client()];
    await signUpFully(b.client, ben);
    await until(a.client.session, ({ phase }) => phase === 'locked');
    await a.client.unlock({ chatPassword: ann.chatPassword });
    // With its first connection it exchanges its keys: a chat begun meanwhile would be sealed to former ones.
    await until(a.client.devices, ({ devices }) => devices[0]?.postQuantum === true);
    const chatId = await startChatWith(a.client, ben.handle);
    const [annId, benId] = [ownId(a), ownId(b)];
    const { digits } = await contactOf(a, benId);
    const [second, third] = [await addDevice(world, ann), await addDevice(world, ann)];
    await until(a.client.devices, ({ devices }) => devices.length === 3);
    expect(a.client.devices.getSnapshot().changesKeys).toBe(false);

    await a.client.removeDevice({ deviceId: await deviceIdOf(second) });

    expect(await accountKeysOf(world, annId)).toHaveLength(1);
    expect((await manifestsOf(world, annId)).at(-1)?.devices).toHaveLength(2);
    expect((await contactOf(a, benId)).digits).toBe(digits);
    await until(second.client.session, ({ phase }) => phase === 'signedOut');

    const { chatPassword } = ann;
    const { recoveryKey } = await a.client.renewRecoveryKey({ chatPassword });
    const groups = recoveryKey.split('-').map((text, index) => ({ index, text }));
    await a.client.confirmNewRecoveryKey({ groups });
    await until(a.client.devices, ({ changesKeys }) => changesKeys);
    await a.client.removeDevice({ deviceId: await deviceIdOf(third) });

    expect(await accountKeysOf(world, annId)).toHaveLength(2);
    await until(b.client.contact(annId), (contact) => contact.digits !== digits);
    await a.client.sendText({ chatId, text: 'under new keys' });
    await untilTexts(b.client, chatId, ['under new keys']);
    const fresh = world.client();
    await until(fresh.client.session, ({ phase }) => phase === 'signedOut');
    await fresh.client.signIn({ email: ann.email, password: ann.password });
    await fresh.client.recover({ recoveryKey, newChatPassword: 'quite another chat password' });
    await untilTexts(fresh.client, chatId, ['under new keys']);
  });
});
