/** Seal a secret to every device of a person; only they open it, and they know who sealed. */
import assert from 'node:assert/strict';
import {
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  openSigned,
  sealMany,
  systemRandom,
  utf8,
} from '../src/index.ts';

const alice = '0a1b2c3d-0000-4000-8000-00000000a11c';
const phone = '0a1b2c3d-0000-4000-8000-0000000000a1';
const bob = '0a1b2c3d-0000-4000-8000-000000000b0b';

// Alice's phone, and Bob's two devices as his certified manifest lists them.
const alicePhone = await generateIdentityKeyPair();
const laptop = {
  deviceId: '0a1b2c3d-0000-4000-8000-0000000000b1',
  keys: await generateSealingKeyPair(),
};
const tablet = {
  deviceId: '0a1b2c3d-0000-4000-8000-0000000000b2',
  keys: await generateSealingKeyPair(),
};
const tabletHybrid = await generateHybridKeyPair();

const secret = systemRandom(32);
const purpose = { purpose: 'example-secret', context: [utf8('session 7')] };
const outcomes = await sealMany({
  ...purpose,
  payload: secret,
  sender: { userId: alice, deviceId: phone, identitySeed: alicePhone.seed },
  recipients: [
    { userId: bob, deviceId: laptop.deviceId, publicKey: laptop.keys.publicKey },
    {
      userId: bob,
      deviceId: tablet.deviceId,
      publicKey: tablet.keys.publicKey,
      hybridKey: tabletHybrid.publicKey,
    },
  ],
});

const [forLaptop, forTablet] = outcomes.map((outcome) => {
  assert('sealed' in outcome);
  return outcome.sealed;
});
assert(forLaptop && forTablet);
const sender = { userId: alice, deviceId: phone, identityKey: alicePhone.publicKey };

const onLaptop = await openSigned({
  ...purpose,
  ...forLaptop,
  sender,
  recipient: { userId: bob, deviceId: laptop.deviceId, ...laptop.keys },
});
const onTablet = await openSigned({
  ...purpose,
  ...forTablet,
  sender,
  recipient: { userId: bob, deviceId: tablet.deviceId, ...tablet.keys, hybrid: tabletHybrid },
});

assert.deepEqual(onLaptop, secret);
assert.deepEqual(onTablet, secret);
