/** How large a request may be that carries a vault, and that others may not be larger for it. */
import { randomBytes } from 'node:crypto';
import { generateIdentityKeyPair } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedDevices } from './support/manifests.ts';
import { ask, createPerson, expectOk } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { signNextManifest } from './support/signed-manifest.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { vaultOf } from './support/vaults.ts';

let test: TestRelay;
let person: TestPerson;
let laptop: TestDevice;

beforeAll(async () => {
  test = await startTestRelay();
  ({ person, device: laptop } = await createPerson(test));
  await expectOk(test.relay, 'PUT', '/api/account/vault', { ...laptop, body: vaultOf(1) });
});
afterAll(() => test?.stop());

describe('A request that carries a vault', () => {
  const largest = (version: number) => ({
    ...vaultOf(version),
    passwordWrap: randomBytes(limits.vaultWrapBytes).toString('base64url'),
    recoveryWrap: randomBytes(limits.vaultWrapBytes).toString('base64url'),
    body: randomBytes(limits.vaultBytes).toString('base64url'),
    deviceWraps: randomBytes(limits.vaultDeviceWrapsBytes).toString('base64url'),
  });

  const publish = (manifest: object, vault: object) =>
    ask(test.relay, 'POST', '/api/devices/manifests', {
      ...laptop,
      body: { manifest, names: [], vault },
    });

  it('may be as large as its parts may be', async () => {
    const second = largest(2);
    const third = largest(3);
    const successor = await generateIdentityKeyPair();
    const made = await signNextManifest(person, listedDevices(person), { successor });

    const published = await publish(made.record, second);
    const between = await ask(test.relay, 'GET', '/api/account', laptop);
    const put = await ask(test.relay, 'PUT', '/api/account/vault', { ...laptop, body: third });
    const after = await ask(test.relay, 'GET', '/api/account', laptop);
    // No account of 20 devices reaches the largest manifest: it is refused for what it is, once read.
    const manifest = {
      ...made.record,
      body: randomBytes(limits.manifestBytes).toString('base64url'),
    };
    const unread = await publish(manifest, largest(4));

    expect([published.status, put.status]).toEqual([200, 200]);
    expect([between.body['vault'], after.body['vault']]).toEqual([second, third]);
    expect(unread).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } });
  });

  it('is refused above that, and other requests above an envelope', async () => {
    const above = `"${'x'.repeat(limits.vaultRequestBytes)}"`;
    const envelope = `"${'x'.repeat(limits.envelopeBytes)}"`;
    const status = async (method: string, path: string, body: string) =>
      (await ask(test.relay, method, path, { ...laptop, body })).status;

    expect(await status('PUT', '/api/account/vault', above)).toBe(413);
    expect(await status('POST', '/api/devices/manifests', above)).toBe(413);
    expect(await status('PUT', '/api/account/vault', envelope)).toBe(400);
    expect(await status('PUT', '/api/account/profile', envelope)).toBe(413);
    expect(await status('POST', '/api/devices', envelope)).toBe(413);
  });
});
