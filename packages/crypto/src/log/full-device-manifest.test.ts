import { beforeAll, describe, expect, it } from 'vitest';
import { alice, bobLaptop, filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { uuidFromBytes } from '../encoding/uuid.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { generateSealingKeyPair } from '../seal/sealing-key-pair.ts';
import { parseDeviceManifest, type DeviceManifest } from './device-manifest.ts';
import { signDeviceManifest } from './sign-device-manifest.ts';
import { verifyManifestChain } from './verify-device-manifest.ts';

let account: IdentityKeyPair;
let manifest: DeviceManifest;

beforeAll(async () => {
  account = await generateIdentityKeyPair({ random: seededRandom(1) });
  const identityKey = (await generateIdentityKeyPair({ random: seededRandom(2) })).publicKey;
  const sealingKey = (await generateSealingKeyPair({ random: seededRandom(3) })).publicKey;
  manifest = {
    userId: alice,
    version: 1,
    previousHash: filled(32, 0),
    accountKey: account.publicKey,
    timeMs: 1_700_000_000_000,
    devices: Array.from({ length: 127 }, (_, i) => ({
      deviceId: uuidFromBytes(filled(16, i + 1)),
      number: i + 1,
      nameHash: filled(32, i),
      identityKey,
      sealingKey,
      addedAtMs: 1_600_000_000_000 + i,
    })),
  };
});

const sign = (part: Partial<DeviceManifest> = {}) =>
  signDeviceManifest({ manifest: { ...manifest, ...part }, accountSeed: account.seed });

describe('A device manifest', () => {
  it('lists 127 devices and no more', async () => {
    const { body, signature } = await sign();
    const [verified] = await verifyManifestChain({
      userId: alice,
      accountKey: account.publicKey,
      entries: [{ body, signature }],
    });
    expect(verified?.manifest).toEqual(manifest);

    const countAt = 1 + 16 + 8 + 32 + 33 + 8;
    body.set([0, 128], countAt);
    expect(await refusal(() => parseDeviceManifest(body))).toBe('bad_encoding');
  });

  it('gives a number to no other device id, also where the keys stay', async () => {
    const devices = manifest.devices.slice(0, 1);
    const first = await sign({ devices });
    const renamed = devices.map((device) => ({ ...device, deviceId: bobLaptop }));
    const second = await sign({ version: 2, previousHash: first.hash, devices: renamed });
    const input = { userId: alice, accountKey: account.publicKey };

    expect(await refusal(() => verifyManifestChain({ ...input, entries: [first] }))).toBe(
      'accepted',
    );
    expect(await refusal(() => verifyManifestChain({ ...input, entries: [first, second] }))).toBe(
      'chain_broken',
    );
  });
});
