import type { LinkRequest, LinkState } from '../../src/index.ts';
import { until } from '../../src/testing/index.ts';
import type { TestClient, TestClientOptions, TestPerson } from '../../src/testing/index.ts';
import type { TestWorld } from './test-world.ts';

/** Another installation of somebody, signed in and nothing else. */
export async function signInOnNewDevice(
  world: TestWorld,
  { email, password }: TestPerson,
  options: Partial<TestClientOptions> = {},
): Promise<TestClient> {
  const test = world.client(options);
  await until(test.client.session, ({ phase }) => phase === 'signedOut');
  await test.client.signIn({ email, password });
  await until(test.client.session, ({ phase }) => phase === 'newDevice');
  return test;
}

/** Waits until the side that asks has come this far. */
export async function untilLink<Step extends LinkState['step']>(
  { client }: TestClient,
  step: Step,
): Promise<Extract<LinkState, { step: Step }>> {
  const state = await until(
    client.session,
    (session) => session.phase === 'newDevice' && session.link?.step === step,
  );
  const link = state.phase === 'newDevice' ? state.link : null;
  return link as Extract<LinkState, { step: Step }>;
}

/** Waits until the only request that a device shows has come this far. */
export async function untilRequest(
  { client }: TestClient,
  step: LinkRequest['step'],
): Promise<LinkRequest> {
  const { requests } = await until(
    client.devices,
    (state) => state.requests.length === 1 && state.requests[0]?.step === step,
  );
  const [request] = requests;
  if (!request) throw new Error('no request');
  return request;
}
