import {
  GroupCipher,
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  SenderKeyName,
  systemRandom,
} from '../../packages/crypto/src/index.ts';
import type { NativeLibsignal, Peers } from './peers.ts';
import type { Row } from './table.ts';
import { timed, timedOver } from './timing.ts';

export const groupId = 'd1d1d1d1-7000-41eb-b32a-33b8a8a487a6';
export const senderAddress = { name: '9d0652a3-dcc3-4d11-975f-74d61598733f', deviceId: 1 };
export const senderName = new SenderKeyName(groupId, senderAddress);

const messages = 100;
const text = systemRandom(1024);
// Olm takes text: as many ASCII characters.
const asciiText = 'm'.repeat(text.length);

/** A sender key store of libsignal's, in memory. */
export function nativeStore(lib: NativeLibsignal): object {
  let kept: unknown = null;
  return Object.assign(new lib.SenderKeyStore(), {
    saveSenderKey: async (_address: unknown, _id: string, record: unknown) => {
      kept = record;
    },
    getSenderKey: async () => kept,
  });
}

/** A sender and a receiver that knows its key. */
async function ourPair() {
  const [sending, receiving] = [new InMemorySenderKeyStore(), new InMemorySenderKeyStore()];
  const distribution = await new GroupSessionBuilder(sending).create(senderName);
  await new GroupSessionBuilder(receiving).process(senderName, distribution);
  return {
    sender: new GroupCipher(sending, senderName),
    receiver: new GroupCipher(receiving, senderName),
  };
}

async function nativePair(lib: NativeLibsignal) {
  const address = lib.ProtocolAddress.new(senderAddress.name, senderAddress.deviceId);
  const [sending, receiving] = [nativeStore(lib), nativeStore(lib)];
  const made = await lib.SenderKeyDistributionMessage.create(address, groupId, sending);
  await lib.processSenderKeyDistributionMessage(address, made, receiving);
  return {
    encrypt: async () => (await lib.groupEncrypt(address, groupId, sending, text)).serialize(),
    decrypt: (message: Uint8Array) => lib.groupDecrypt(address, receiving, message),
  };
}

async function several<Made>(make: () => Promise<Made>): Promise<Made[]> {
  const all: Made[] = [];
  for (let i = 0; i < messages; i++) all.push(await make());
  return all;
}

/** Messages of 1 KB, in order. */
export async function groupRows({ lib, olm, matrix }: Peers): Promise<Row[]> {
  return [
    {
      what: 'sender key encrypt, 1 KB',
      ours: async () => {
        const { sender } = await ourPair();
        return timed(() => sender.encrypt(text));
      },
      libsignal: async () => {
        const { encrypt } = await nativePair(lib);
        return timed(encrypt);
      },
      others: {
        olm: async () => {
          const session = new olm.OutboundGroupSession();
          session.create();
          const figure = await timed(() => session.encrypt(asciiText));
          session.free();
          return figure;
        },
        'matrix-sdk-crypto-wasm': async () => {
          const room = await matrix();
          return timed(() => room.encrypt(asciiText));
        },
      },
      atMost: 1.5,
      againstOthers: { olm: 1 },
    },
    {
      what: 'sender key decrypt, 1 KB',
      ours: async () => {
        const { sender, receiver } = await ourPair();
        const sent = await several(() => sender.encrypt(text));
        return timedOver(sent, (message) => receiver.decrypt(message));
      },
      libsignal: async () => {
        const { encrypt, decrypt } = await nativePair(lib);
        return timedOver(await several(encrypt), decrypt);
      },
      others: {
        olm: async () => {
          const [sender, receiver] = [
            new olm.OutboundGroupSession(),
            new olm.InboundGroupSession(),
          ];
          sender.create();
          receiver.create(sender.session_key());
          const sent = await several(async () => sender.encrypt(asciiText));
          const figure = await timedOver(sent, (message) => receiver.decrypt(message));
          sender.free();
          receiver.free();
          return figure;
        },
        'matrix-sdk-crypto-wasm': async () => {
          const room = await matrix();
          return timedOver(await several(() => room.encrypt(asciiText)), room.decrypt);
        },
      },
      atMost: 2,
      againstOthers: { olm: 1 },
    },
  ];
}
