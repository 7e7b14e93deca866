import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePerson, signUpFully, until } from '../src/testing/index.ts';
import type { TestClient } from '../src/testing/index.ts';
import { addDevice } from './support/several-devices.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const news = ({ client }: Pick<TestClient, 'client'>, count: number) =>
  until(client.devices, ({ devices }) => devices.filter(({ isNew }) => isNew).length === count);

it('tells each device of those that came after it, until somebody there says that they know', async () => {
  const ann = makePerson('ann');
  const a = world.client();
  await signUpFully(a.client, ann);
  await until(a.client.devices, ({ devices }) => devices.length === 1);

  const second = await addDevice(world, ann, { deviceName: 'the second' });
  await until(a.client.devices, ({ devices }) =>
    devices.some(({ isNew, name }) => isNew && name === 'the second'),
  );
  await until(second.client.devices, (state) => state.devices.length === 2);
  await news(second, 0);

  // Not by itself, nor with a lock.
  await a.client.lock();
  await a.client.unlock({ chatPassword: ann.chatPassword });
  await news(a, 1);

  await a.client.acknowledgeDevices({ deviceIds: [] });
  const { devices: still } = await news(a, 1);
  const deviceIds = still.map(({ deviceId }) => deviceId);
  await a.client.acknowledgeDevices({ deviceIds });
  await news(a, 0);
  await a.client.lock();
  await a.client.unlock({ chatPassword: ann.chatPassword });
  await until(a.client.devices, (state) => state.devices.length === 2);
  await news(a, 0);

  await addDevice(world, ann, { deviceName: 'the third' });
  await news(a, 1);
  const { devices } = await news(second, 1);
  expect(devices).toHaveLength(3);
});
