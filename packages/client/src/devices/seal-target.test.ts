import { systemRandom } from '@sotto/crypto';
import { deviceIdSchema } from '@sotto/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateDeviceKeys, generateSealingKeys } from './device-keys.ts';
import type { DeviceKeys, SealingKeys } from './device-keys.ts';
import { findSealOpener, nameSealTarget, sealTargetOf } from './seal-target.ts';

let keys: DeviceKeys;
let former: SealingKeys;

beforeAll(async () => {
  const deviceId = deviceIdSchema.parse('00000000-0000-4000-8000-000000000001');
  keys = await generateDeviceKeys(deviceId, 2, systemRandom);
  former = { ...(await generateSealingKeys(1, systemRandom)), hybrid: null };
  keys.sealing = [keys.sealing[0], former];
});

describe('the key that opens a wrap', () => {
  it('is the one that the wrap names, the hybrid one where there is one', async () => {
    const [{ sealing, hybrid }] = keys.sealing;
    const target = sealTargetOf({ sealingKey: sealing.publicKey, hybridKey: hybrid?.publicKey });

    expect(target).toEqual(hybrid?.publicKey);
    expect(await findSealOpener(keys, await nameSealTarget(target))).toEqual({
      keys: keys.sealing[0],
      hybrid: true,
    });
  });

  it('may be a former one, from before hybrid keys', async () => {
    const name = await nameSealTarget(sealTargetOf({ sealingKey: former.sealing.publicKey }));

    expect(await findSealOpener(keys, name)).toEqual({ keys: former, hybrid: false });
  });

  it('is none for another name, and none of suite 1 where there is a hybrid key', async () => {
    const [{ sealing }] = keys.sealing;

    expect(await findSealOpener(keys, new Uint8Array(16))).toBeUndefined();
    expect(await findSealOpener(keys, new Uint8Array(0))).toBeUndefined();
    expect(await findSealOpener(keys, await nameSealTarget(sealing.publicKey))).toBeUndefined();
  });

  it('is the newest X25519 key where nothing is named', async () => {
    expect(await findSealOpener(keys, undefined)).toEqual({
      keys: keys.sealing[0],
      hybrid: false,
    });
  });
});
