import { fromHex, toHex } from '../../encoding/hex.ts';
import { numericFingerprint } from '../../safety-code/safety-code.ts';
import { GroupCipher } from '../../sender-key/group-cipher.ts';
import { GroupSessionBuilder } from '../../sender-key/group-session-builder.ts';
import { SenderKeyDistributionMessage } from '../../sender-key/sender-key-distribution-message.ts';
import { SenderKeyName } from '../../sender-key/sender-key-name.ts';
import { InMemorySenderKeyStore } from '../../sender-key/sender-key-store.ts';
import { SessionCipher } from '../../session/session-cipher.ts';
import { altered, refusalOf, type KnownAnswers } from '../known-answer.ts';
import { recordedGroup } from './recorded-group.ts';
import { recordedSession } from './recorded-session.ts';
import { recipientStores } from './session-stores.ts';

async function groupCipher(): Promise<GroupCipher> {
  const name = new SenderKeyName(recordedGroup.distributionId, recordedGroup.sender);
  const store = new InMemorySenderKeyStore();
  const distribution = SenderKeyDistributionMessage.parse(fromHex(recordedGroup.distribution));
  await new GroupSessionBuilder(store).process(name, distribution);
  return new GroupCipher(store, name);
}

const sessionCipher = () =>
  new SessionCipher({
    localAddress: recordedSession.recipient,
    remoteAddress: recordedSession.sender,
    stores: recipientStores(recordedSession),
    peerVersion: 'addresses',
  });

const preKey = (serialized: Uint8Array) => ({ type: 'preKey', serialized }) as const;

/** The plaintexts of two messages that arrive in the wrong order, separated by a dot. */
async function openBoth(
  open: (message: Uint8Array) => Promise<Uint8Array>,
  messages: readonly { message: string }[],
): Promise<string> {
  const texts: string[] = [];
  for (const { message } of messages) texts.push(toHex(await open(fromHex(message))));
  return texts.join('.');
}

const textsOf = (messages: readonly { plaintext: string }[]): string =>
  messages.map(({ plaintext }) => plaintext).join('.');

const fingerprint = {
  local: {
    id: '2b3134313535353530303030',
    key: '054753e1ecf156b3b415f0074304255711448a722b11cd4d82fbe29c8fcd7c021c',
  },
  remote: {
    id: '2b3134313535353539393930',
    key: '05eecbe7a892fa30e88b93dd31f7d97efe7e2ebf032944edb95cb2b1c321c5450f',
  },
  display: '142684204554288885540942928493337502315138524362226761727253',
};

const digitsOf = ({ id, key }: { id: string; key: string }): Promise<string> =>
  numericFingerprint(fromHex(id), fromHex(key));

/** Signal's protocols. */
export const signal: readonly KnownAnswers[] = [
  {
    algorithm: 'Sender keys',
    origin: 'recorded from @signalapp/libsignal-client 0.103.0',
    native: ['Ed25519', 'HMAC', 'AES-CBC'],
    answers: [
      {
        compute: async () => {
          const cipher = await groupCipher();
          return openBoth((message) => cipher.decrypt(message), recordedGroup.messages);
        },
        expected: textsOf(recordedGroup.messages),
      },
      {
        compute: () =>
          refusalOf(async () =>
            (await groupCipher()).decrypt(altered(fromHex(recordedGroup.messages[0].message))),
          ),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'Session: PQXDH, Double Ratchet, SPQR',
    origin: 'recorded from @signalapp/libsignal-client 0.103.0',
    native: ['X25519', 'HMAC', 'AES-CBC'],
    answers: [
      {
        compute: () => {
          const cipher = sessionCipher();
          return openBoth((message) => cipher.decrypt(preKey(message)), recordedSession.messages);
        },
        expected: textsOf(recordedSession.messages),
      },
      {
        compute: () =>
          refusalOf(() =>
            sessionCipher().decrypt(preKey(altered(fromHex(recordedSession.messages[0].message)))),
          ),
        expected: 'open_failed',
      },
    ],
  },
  {
    algorithm: 'Safety code',
    origin: 'recorded from @signalapp/libsignal-client 0.103.0',
    native: [],
    answers: [
      {
        compute: async () =>
          (await Promise.all([digitsOf(fingerprint.local), digitsOf(fingerprint.remote)]))
            .sort()
            .join(''),
        expected: fingerprint.display,
      },
    ],
  },
];
