/** Wrong arguments for device links and scanned safety codes. */
import { beforeAll } from 'vitest';
import * as sotto from '../src/index.ts';
import { alice, alicePhone, bob, chat, filled, seededRandom } from './building/builders.ts';
import { refusesWrongArguments, type Case } from './building/wrong-arguments.ts';

let cases: Record<string, Case>;

beforeAll(async () => {
  const random = seededRandom(31);
  const device = await sotto.generateIdentityKeyPair({ random });
  const account = await sotto.generateIdentityKeyPair({ random });
  const keys = await sotto.generateSealingKeyPair({ random });
  const secret = filled(32, 6);
  const request = {
    userId: alice,
    linkId: chat,
    publicKey: keys.publicKey,
    nonce: filled(32, 7),
    deviceName: 'a device',
    deviceType: 'web',
  };
  const answer = {
    deviceId: alicePhone,
    identityKey: device.publicKey,
    accountKey: account.publicKey,
    nonce: filled(32, 8),
  };
  const commitment = await sotto.commitDeviceLink(request);
  const transcript = { commitment, request, answer };
  const binding = { userId: alice, linkId: chat, commitment, answer };
  const tag = await sotto.tagDeviceLinkAnswer(secret, binding);
  const delivery = {
    vaultKey: filled(32, 9),
    vaultVersion: 1,
    manifestVersion: 1,
    manifestHash: filled(32, 10),
  };
  const sealing = { transcript, identitySeed: device.seed, delivery };
  const sealed = await sotto.sealDeviceLinkDelivery(sealing);
  const pair = {
    ourUserId: alice,
    ourAccountKey: account.publicKey,
    theirUserId: bob,
    theirAccountKey: device.publicKey,
  };
  const one =
    <T>(call: (value: T) => unknown) =>
    ({ value }: { value: T }): unknown =>
      call(value);
  const badKeys = (path: string) => ({
    [`${path}publicKey`]: 'bad_key',
    [`${path}identityKey`]: 'bad_key',
    [`${path}accountKey`]: 'bad_key',
  });

  cases = {
    commitDeviceLink: {
      call: one(sotto.commitDeviceLink),
      args: { value: request },
      lengths: badKeys('value.'),
    },
    agreeOnDeviceLink: {
      call: (args: Pick<typeof transcript, 'commitment' | 'answer'>) =>
        sotto.agreeOnDeviceLink({ ...args, request }),
      args: { commitment, answer },
      lengths: badKeys('answer.'),
    },
    formatDeviceLinkCode: {
      call: one(sotto.formatDeviceLinkCode),
      args: { value: { linkId: chat, commitment, secret } },
    },
    parseDeviceLinkCode: {
      call: one(sotto.parseDeviceLinkCode),
      args: { value: sotto.formatDeviceLinkCode({ linkId: chat, commitment, secret }) },
    },
    verifyDeviceLinkTag: {
      call: (args: { secret: Uint8Array; binding: typeof binding; tag: Uint8Array }) =>
        sotto.verifyDeviceLinkTag(args.secret, args.binding, args.tag),
      args: { secret, binding, tag },
      lengths: { ...badKeys('binding.answer.'), tag: 'any' },
    },
    sealDeviceLinkDelivery: {
      call: (args: Pick<typeof sealing, 'identitySeed' | 'delivery'>) =>
        sotto.sealDeviceLinkDelivery({ ...args, transcript }),
      args: { identitySeed: device.seed, delivery },
    },
    openDeviceLinkDelivery: {
      call: (args: { privateKey: Uint8Array } & sotto.SignedSeal) =>
        sotto.openDeviceLinkDelivery({ ...args, transcript }),
      args: { privateKey: keys.privateKey, ...sealed },
      lengths: { ephemeralPublicKey: 'open_failed', ciphertext: 'open_failed' },
    },
    formatSafetyQr: {
      call: one(sotto.formatSafetyQr),
      args: { value: pair },
      lengths: { 'value.ourAccountKey': 'bad_key', 'value.theirAccountKey': 'bad_key' },
    },
    compareSafetyQr: {
      call: ({ value }: { value: string }) => sotto.compareSafetyQr(value, pair),
      args: { value: 'sotto-safety-1.' },
    },
  };
});

refusesWrongArguments(() => cases, {}, 300);
