/** Work on a thousand devices and on long jumps: how long it takes, and for how long at a stretch it holds the thread. */
import { randomUUID } from 'node:crypto';
import {
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  GroupCipher,
  groupIdFor,
  GroupLog,
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  openSigned,
  sealMany,
  signGroupEntry,
  systemRandom,
  utf8,
} from '../../packages/crypto/src/index.ts';
import type { GroupAction, GroupRole, SealingKeyPair } from '../../packages/crypto/src/index.ts';
import { forceBackEnd } from '../../packages/crypto/src/primitives/back-end.ts';
import { advanceChain } from '../../packages/crypto/src/sender-key/sender-chain-key.ts';
import { groupId, nativeStore, senderAddress, senderName } from './groups.ts';
import type { NativeLibsignal, Peers } from './peers.ts';
import { format, median, print } from './table.ts';
import { longestSlice } from './timing.ts';

const members = 1000;
const hybridMembers = 200;
const jump = 25_000;
const mostMs = 50;
const rounds = 5;

/** Runs the same several times and prints the median time, and the longest slice of each run. */
async function report(
  what: string,
  prepare: () => Promise<() => Promise<unknown>>,
  judged = true,
): Promise<void> {
  const totals: number[] = [];
  const slices: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const { totalMs, longestMs } = await longestSlice(await prepare());
    if (round === 0) continue;
    totals.push(totalMs);
    slices.push(longestMs);
  }
  const verdict = Math.max(...slices) <= mostMs ? 'met' : 'MISSED';
  const listed = slices.map(format).join(', ');
  const judgement = judged ? `; goal of ${mostMs} ms ${verdict}` : '';
  print(`  ${what}: ${format(median(totals))} ms; longest slices ${listed} ms${judgement}\n`);
}

async function onNoble(work: () => Promise<void>): Promise<void> {
  forceBackEnd('noble');
  try {
    await work();
  } finally {
    forceBackEnd(undefined);
  }
}

/** Sealing, removing a member, and a jump of 25,000 messages. */
export async function measureAtScale({ lib }: Peers): Promise<void> {
  const crowd = await makeCrowd(members, false);
  print(`\nsealing a 32-byte key to ${members} devices, signed for each\n`);
  const sealing = async () => () => crowd.sealToAll(systemRandom(32));
  await report('Sotto', sealing);
  await onNoble(() => report('Sotto, noble alone', sealing));
  reportNativeSealing(lib);
  const hybrid = await makeCrowd(hybridMembers, true);
  await report(
    `Sotto, ${hybridMembers - 1} devices with hybrid keys`,
    async () => () => hybrid.sealToAll(systemRandom(32)),
  );

  print(`\nremoving one of ${members} members\n`);
  await reportRemoval(crowd);

  print(`\na jump of ${jump} in a sender chain\n`);
  const far = await farMessage();
  await report('Sotto', async () => {
    const cipher = await receiver(far.distribution);
    return () => cipher.decrypt(far.message);
  });
  await report(
    'libsignal 0.103.0, native',
    async () => {
      const address = lib.ProtocolAddress.new(senderAddress.name, senderAddress.deviceId);
      const store = nativeStore(lib);
      const parsed = lib.SenderKeyDistributionMessage.deserialize(far.distribution.serialize());
      await lib.processSenderKeyDistributionMessage(address, parsed, store);
      return () => lib.groupDecrypt(address, store, far.message);
    },
    false,
  );
}

type Crowd = Awaited<ReturnType<typeof makeCrowd>>;

/** An admin, and a device of each other member, with hybrid keys or without. */
async function makeCrowd(size: number, hybrid: boolean) {
  const admin = {
    userId: randomUUID(),
    deviceId: randomUUID(),
    ...(await generateIdentityKeyPair()),
  };
  const devices: (SealingKeyPair & { userId: string; deviceId: string; hybridKey?: Uint8Array })[] =
    [];
  for (let i = 1; i < size; i++) {
    const ids = { userId: randomUUID(), deviceId: randomUUID() };
    const keys = await generateSealingKeyPair();
    const hybridKey = hybrid ? (await generateHybridKeyPair()).publicKey : undefined;
    devices.push({ ...ids, ...keys, ...(hybridKey ? { hybridKey } : {}) });
  }
  const seal = { purpose: 'sender-key', context: [utf8(groupId)] };
  const sealToAll = (payload: Uint8Array) =>
    sealMany({
      ...seal,
      payload,
      sender: { userId: admin.userId, deviceId: admin.deviceId, identitySeed: admin.seed },
      recipients: devices.map(({ userId, deviceId, publicKey, hybridKey }) => ({
        userId,
        deviceId,
        publicKey,
        ...(hybridKey ? { hybridKey } : {}),
      })),
    });
  return { admin, devices, seal, sealToAll };
}

/** The peer signs and seals in one go, which holds the thread throughout. */
function reportNativeSealing(lib: NativeLibsignal): void {
  const signer = lib.PrivateKey.generate();
  const keys = Array.from({ length: members - 1 }, () => lib.PrivateKey.generate().getPublicKey());
  const [info, aad, payload] = [systemRandom(40), systemRandom(100), systemRandom(130)];
  const totals = Array.from({ length: rounds }, () => {
    const started = performance.now();
    for (const key of keys) {
      signer.sign(payload);
      key.seal(payload, info, aad);
    }
    return performance.now() - started;
  });
  print(`  libsignal 0.103.0, native, sign and seal: ${format(median(totals))} ms, in one slice\n`);
}

/** The remover writes the entry and gives its new sender key to all who stay; they check the one and open the other. */
async function reportRemoval(crowd: Crowd): Promise<void> {
  const { admin, devices, seal } = crowd;
  const author = { userId: admin.userId, deviceId: admin.deviceId };
  const nonce = systemRandom(32);
  const id = await groupIdFor({ nonce, author });
  const log = new GroupLog(id, () => ({ publicKey: admin.publicKey, current: true }));
  const write = async (action: GroupAction, subject: string, role: GroupRole | null) => {
    const state = action === 'create' ? { epoch: 0, previous: [nonce] } : await log.state();
    const entry = {
      groupId: id,
      epoch: state.epoch + 1,
      previous: state.previous,
      action,
      subject,
      role,
      author,
    };
    return signGroupEntry({ entry, identitySeed: admin.seed });
  };
  await log.append(await write('create', admin.userId, 'admin'));
  for (const { userId } of devices) await log.append(await write('add', userId, 'member'));

  let bytes = 0;
  let removal: Awaited<ReturnType<typeof write>> | undefined;
  let sealed: Awaited<ReturnType<typeof crowd.sealToAll>> = [];
  const leaver = devices[0]?.userId ?? '';
  await report('the remover', async () => async () => {
    removal = await write('remove', leaver, null);
    const store = new InMemorySenderKeyStore();
    const distribution = await new GroupSessionBuilder(store).create(senderName);
    sealed = await crowd.sealToAll(distribution.serialize());
    bytes = removal.body.length + removal.signature.length;
    for (const outcome of sealed.slice(1)) {
      if ('error' in outcome) throw outcome.error;
      const { ephemeralPublicKey, ciphertext } = outcome.sealed;
      bytes += ephemeralPublicKey.length + ciphertext.length;
    }
  });
  print(`  the remover sends ${format(bytes)} bytes: one entry, ${sealed.length - 1} seals\n`);

  const last = sealed.at(-1);
  const member = devices.at(-1);
  if (!last || 'error' in last || !member || !removal) throw new Error('nothing was sealed');
  const opening = { ...seal, ...last.sealed, recipient: member };
  const sender = { userId: admin.userId, deviceId: admin.deviceId, identityKey: admin.publicKey };
  const signed = removal;
  const started = performance.now();
  const { longestMs } = await longestSlice(async () => {
    await log.append(signed);
    await openSigned({ ...opening, sender });
  });
  print(
    `  each who stays, once: ${format(performance.now() - started)} ms; longest slice ${format(longestMs)} ms\n`,
  );
}

async function receiver(
  distribution: Awaited<ReturnType<GroupSessionBuilder['create']>>,
): Promise<GroupCipher> {
  const store = new InMemorySenderKeyStore();
  await new GroupSessionBuilder(store).process(senderName, distribution);
  return new GroupCipher(store, senderName);
}

/** A distribution, and the message that is 25,000 after it. */
async function farMessage() {
  const store = new InMemorySenderKeyStore();
  const distribution = await new GroupSessionBuilder(store).create(senderName);
  const record = await store.loadSenderKey(senderName);
  const state = record?.states[0];
  if (!record || !state) throw new Error('the sender has no key');
  const { chain } = await advanceChain(state.chain, jump);
  await store.storeSenderKey(senderName, record.replacing({ ...state, chain }));
  return {
    distribution,
    message: await new GroupCipher(store, senderName).encrypt(systemRandom(100)),
  };
}
