/** Wrong arguments for a change of the vault key, for opening after one, and for a succession. */
import { beforeAll, expect, it } from 'vitest';
import * as sotto from '../src/index.ts';
import * as vaultKeys from '../src/vault-keys.ts';
import { alice, alicePhone, filled, refusal, seededRandom } from './building/builders.ts';
import {
  asOpener,
  asRecipient,
  asSender,
  changeKey,
  newAccountSeed,
  newAnchor,
  testDevice,
} from './building/vault-account.ts';
import { refusesWrongArguments, type Case } from './building/wrong-arguments.ts';

let cases: Record<string, Case>;
/** Arguments that may be left out, each with a call that takes it. */
let optional: Record<string, (value: never) => unknown>;

type OpenAsDevice = Parameters<typeof vaultKeys.openVaultAsDevice>[0];

const partLengths = {
  'sealedVault.kdf.salt': 'weak_parameters',
  'sealedVault.passwordWrap': 'open_failed',
  'sealedVault.recoveryWrap': 'open_failed',
  'sealedVault.body': 'open_failed',
};

beforeAll(async () => {
  const random = seededRandom(43);
  const phone = await testDevice(alicePhone, 45);
  const { identity } = phone;
  const created = await sotto.createVault({ userId: alice, chatPassword: 'pw', random });
  const { sealedVault, vaultKey } = created;
  const changed = await changeKey(created, [phone]);
  const { deviceWraps, ...withoutWraps } = changed.sealedVault;
  const contents = { accountSeed: newAccountSeed, anchor: newAnchor };
  const change = {
    userId: alice,
    vaultKey,
    sealedVault,
    contents,
    sender: asSender(phone),
    recipients: [asRecipient(phone)],
  };
  const update = { userId: alice, vaultKey, sealedVault, contents };
  const { hybridKey: _, ...plain } = asRecipient(phone);
  const findSenderKey = async () => identity.publicKey;
  const stranger = await testDevice(alicePhone, 47);
  const account = await sotto.generateIdentityKeyPair({ random });
  const typed = { userId: alice, vaultKey, sealedVault, chatPassword: 'pw' };
  cases = {
    checkPublicHalves: {
      call: vaultKeys.checkPublicHalves,
      args: typed,
      lengths: partLengths,
    },
    vouchForRecoveryKey: {
      call: vaultKeys.vouchForRecoveryKey,
      args: typed,
      lengths: partLengths,
    },
    changeVaultKey: {
      call: vaultKeys.changeVaultKey,
      args: { ...change, recipients: [plain] },
      lengths: { ...partLengths, 'recipients.0.publicKey': 'bad_key' },
    },
    openVaultAsDevice: {
      call: ({ sealedVault: parts, recipient }: OpenAsDevice) =>
        vaultKeys.openVaultAsDevice({
          userId: alice,
          sealedVault: { ...parts, ...(deviceWraps && { deviceWraps }) },
          recipient,
          findSenderKey,
        }),
      args: { sealedVault: withoutWraps, recipient: asOpener(phone) },
      lengths: { ...partLengths, 'recipient.hybrid.publicKey': 'open_failed' },
    },
  };
  const manifest = {
    userId: alice,
    version: 2,
    previousHash: filled(32, 1),
    accountKey: account.publicKey,
    devices: [],
    timeMs: 1,
  };
  const { seed } = account;
  optional = {
    formerSeed: (formerSeed) =>
      sotto.signDeviceManifest({ manifest, accountSeed: seed, formerSeed }),
    chatPassword: (chatPassword) => sotto.updateVault({ ...update, chatPassword }),
    recoveryKey: (recoveryKey) => sotto.updateVault({ ...update, recoveryKey }),
    hybridKey: (hybridKey) =>
      vaultKeys.changeVaultKey({ ...change, recipients: [{ ...plain, hybridKey }] }),
    random: (random) => vaultKeys.changeVaultKey({ ...change, random }),
    'random of a voucher': (random) => vaultKeys.vouchForRecoveryKey({ ...typed, random }),
    'a former key': (key) =>
      vaultKeys.openVaultAsDevice({
        userId: alice,
        sealedVault: changed.sealedVault,
        recipient: { ...asOpener(stranger), former: [key] },
        findSenderKey,
      }),
    'the key of a sender': (key) =>
      vaultKeys.openVaultAsDevice({
        userId: alice,
        sealedVault: changed.sealedVault,
        recipient: asOpener(phone),
        findSenderKey: async () => key,
      }),
    deviceWraps: (wraps) =>
      vaultKeys.openVaultAsDevice({
        userId: alice,
        sealedVault: { ...withoutWraps, deviceWraps: wraps },
        recipient: asOpener(phone),
        findSenderKey,
      }),
  };
});

it('takes nothing of another type for what may be left out', async () => {
  const others = [null, 7, true, {}, Symbol('s'), new Uint16Array(16)];
  for (const [name, call] of Object.entries(optional)) {
    for (const other of others) {
      expect([name, await refusal(() => call(other as never))]).toEqual([name, 'TypeError']);
    }
  }
});

refusesWrongArguments(
  () => cases,
  {
    'sealedVault.kdf.salt': 'weak_parameters',
    'sealedVault.kdf.iterations': 'weak_parameters',
    'sealedVault.kdf.algorithm': 'weak_parameters',
  },
  100,
);
