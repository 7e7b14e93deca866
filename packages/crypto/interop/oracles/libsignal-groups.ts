/** Sender keys, safety numbers and HPKE with libsignal, through its public interface. */
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import {
  GroupCipher,
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  SenderKeyDistributionMessage,
  SenderKeyName,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  hpkeOpen,
  hpkeSeal,
  systemRandom,
} from '../../src/index.ts';
import { numericFingerprint } from '../../src/safety-code/safety-code.ts';
import { seededRandom } from '../../test/building/builders.ts';
import { importOracle } from '../install-oracle.ts';
import { attempt, type InteropResult } from '../result.ts';

interface Serializable {
  serialize(): Uint8Array;
}
interface Key extends Serializable {
  seal(message: Uint8Array, info: Uint8Array, aad: Uint8Array): Uint8Array;
}
interface PrivateKey extends Serializable {
  getPublicKey(): Key;
  open(sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): Uint8Array;
}
interface Address {
  name(): string;
  deviceId(): number;
}
interface Libsignal {
  ProtocolAddress: { new: (name: string, deviceId: number) => Address };
  PublicKey: { deserialize(bytes: Uint8Array): Key };
  PrivateKey: { generate(): PrivateKey };
  SenderKeyStore: new () => object;
  SenderKeyDistributionMessage: {
    create(sender: Address, distributionId: string, store: object): Promise<Serializable>;
    deserialize(bytes: Uint8Array): Serializable;
  };
  processSenderKeyDistributionMessage(s: Address, m: Serializable, store: object): Promise<void>;
  groupEncrypt(s: Address, id: string, store: object, m: Uint8Array): Promise<Serializable>;
  groupDecrypt(s: Address, store: object, message: Uint8Array): Promise<Uint8Array>;
  Fingerprint: {
    new: (
      iterations: number,
      version: number,
      localId: Uint8Array,
      localKey: Key,
      remoteId: Uint8Array,
      remoteKey: Key,
    ) => { displayableFingerprint(): { toString(): string } };
  };
}

const groupId = 'd1d1d1d1-7000-41eb-b32a-33b8a8a487a6';
const sender = { name: '9d0652a3-dcc3-4d11-975f-74d61598733f', deviceId: 1 };
const versions = ['0.22.0', '0.103.0'];

/** Old versions take Node's buffers only. */
const buffer = (bytes: Uint8Array): Uint8Array => Buffer.from(bytes);

/** A fresh sender key store of the oracle. */
function storeOf(lib: Libsignal): object {
  const records = new Map<string, unknown>();
  const key = (address: Address, id: string): string =>
    `${address.name()}.${address.deviceId()}:${id}`;
  return Object.assign(new lib.SenderKeyStore(), {
    saveSenderKey: async (address: Address, id: string, record: unknown) => {
      records.set(key(address, id), record);
    },
    getSenderKey: async (address: Address, id: string) => records.get(key(address, id)) ?? null,
  });
}

interface Sent {
  text: Uint8Array;
  message: Uint8Array;
}

/** 60 messages out of order, some lost and one twice, with a second distribution in the middle. */
async function talk(
  encrypt: (text: Uint8Array) => Promise<Uint8Array>,
  distribute: () => Promise<void>,
  decrypt: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  const random = seededRandom(77);
  const sent: Sent[] = [];
  for (let i = 0; i < 60; i++) {
    if (i === 30) await distribute();
    const text = random(i * 7);
    sent.push({ text, message: await encrypt(text) });
  }
  const order = sent.map((item, i) => ({ item, at: i + ((random(1)[0] ?? 0) % 20) }));
  const arriving = order.sort((a, b) => a.at - b.at).filter((_, i) => i % 6 !== 5);
  for (const { item } of arriving) {
    if (toHex(await decrypt(item.message)) !== toHex(item.text)) throw new Error('another text');
  }
  const again = arriving[10]?.item.message ?? new Uint8Array(0);
  const repeated = await decrypt(again).then(
    () => true,
    () => false,
  );
  if (repeated) throw new Error('a message opened twice');
  return `60 sent, ${arriving.length} opened out of order`;
}

async function weSend(lib: Libsignal): Promise<string> {
  const name = new SenderKeyName(groupId, sender);
  const store = new InMemorySenderKeyStore();
  const theirs = storeOf(lib);
  const address = lib.ProtocolAddress.new(sender.name, sender.deviceId);
  const distribute = async (): Promise<void> => {
    const bytes = (await new GroupSessionBuilder(store).create(name)).serialize();
    const message = lib.SenderKeyDistributionMessage.deserialize(buffer(bytes));
    await lib.processSenderKeyDistributionMessage(address, message, theirs);
  };
  await distribute();
  return talk(
    (text) => new GroupCipher(store, name).encrypt(text),
    distribute,
    async (message) => Uint8Array.from(await lib.groupDecrypt(address, theirs, buffer(message))),
  );
}

async function itSends(lib: Libsignal): Promise<string> {
  const name = new SenderKeyName(groupId, sender);
  const store = new InMemorySenderKeyStore();
  const theirs = storeOf(lib);
  const address = lib.ProtocolAddress.new(sender.name, sender.deviceId);
  const distribute = async (): Promise<void> => {
    const made = await lib.SenderKeyDistributionMessage.create(address, groupId, theirs);
    const message = SenderKeyDistributionMessage.parse(Uint8Array.from(made.serialize()));
    await new GroupSessionBuilder(store).process(name, message);
  };
  await distribute();
  return talk(
    async (text) => {
      const message = await lib.groupEncrypt(address, groupId, theirs, buffer(text));
      return Uint8Array.from(message.serialize());
    },
    distribute,
    (message) => new GroupCipher(store, name).decrypt(message),
  );
}

async function safetyNumbers(lib: Libsignal): Promise<string> {
  for (let i = 0; i < 5; i++) {
    const [ours, theirs] = [await generateIdentityKeyPair(), await generateIdentityKeyPair()];
    const [ourId, theirId] = [systemRandom(16), systemRandom(16)];
    const shown = lib.Fingerprint.new(
      5_200,
      0,
      buffer(ourId),
      lib.PublicKey.deserialize(buffer(ours.publicKey)),
      buffer(theirId),
      lib.PublicKey.deserialize(buffer(theirs.publicKey)),
    )
      .displayableFingerprint()
      .toString();
    const halves = [
      await numericFingerprint(ourId, ours.publicKey),
      await numericFingerprint(theirId, theirs.publicKey),
    ];
    if (halves.sort((a, b) => (a < b ? -1 : 1)).join('') !== shown) throw new Error('they differ');
  }
  return '5 pairs';
}

const info = fromHex('696e666f');
const aad = fromHex('616164');

async function weSeal(lib: Libsignal): Promise<string> {
  for (let i = 0; i < 20; i++) {
    const key = lib.PrivateKey.generate();
    const recipientPublicKey = Uint8Array.from(key.getPublicKey().serialize()).subarray(1);
    const plaintext = systemRandom(i * 11);
    const { enc, ciphertext } = await hpkeSeal({ recipientPublicKey, info, aad, plaintext });
    const opened = key.open(buffer(Uint8Array.of(1, ...enc, ...ciphertext)), info, aad);
    if (toHex(Uint8Array.from(opened)) !== toHex(plaintext)) throw new Error('another text');
  }
  return '20 seals';
}

async function itSeals(lib: Libsignal): Promise<string> {
  for (let i = 0; i < 20; i++) {
    const { publicKey, privateKey } = await generateSealingKeyPair();
    const key = lib.PublicKey.deserialize(buffer(Uint8Array.of(5, ...publicKey)));
    const plaintext = systemRandom(i * 11);
    const sealed = Uint8Array.from(key.seal(buffer(plaintext), info, aad));
    const [enc, ciphertext] = [sealed.subarray(1, 33), sealed.subarray(33)];
    const opening = { recipientPrivateKey: privateKey, enc, ciphertext, info, aad };
    if (toHex(await hpkeOpen(opening)) !== toHex(plaintext)) throw new Error('another text');
  }
  return '20 seals';
}

/** Sender keys with both versions; safety numbers and HPKE with the newer one. */
export async function libsignalGroups(): Promise<InteropResult[]> {
  const results: InteropResult[] = [];
  for (const version of versions) {
    const lib = (await importOracle('@signalapp/libsignal-client', version)) as Libsignal;
    const oracle = `libsignal ${version}`;
    const keys = { oracle, what: 'sender keys' };
    results.push(await attempt({ ...keys, direction: 'we send' }, () => weSend(lib)));
    results.push(await attempt({ ...keys, direction: 'it sends' }, () => itSends(lib)));
    if (version !== '0.103.0') continue;
    const numbers = { oracle, what: 'safety numbers', direction: 'both' };
    results.push(await attempt(numbers, () => safetyNumbers(lib)));
    const hpke = { oracle, what: 'HPKE suite 1' };
    results.push(await attempt({ ...hpke, direction: 'we seal' }, () => weSeal(lib)));
    results.push(await attempt({ ...hpke, direction: 'it seals' }, () => itSeals(lib)));
  }
  return results;
}
