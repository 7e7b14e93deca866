/** Sender key messages recorded from libsignal. */
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import {
  GroupCipher,
  GroupSessionBuilder,
  InMemorySenderKeyStore,
  SenderKeyDistributionMessage,
  SenderKeyName,
} from '../../src/index.ts';
import newer from '../vectors/libsignal/senderkey-libsignal-0.103.0.json' with { type: 'json' };
import older from '../vectors/libsignal/senderkey-libsignal-0.22.0.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';

/** Registers every vector on both back ends. */
export function senderKey(): void {
  onEachBackEnd('libsignal sender keys', () => {
    for (const vector of [newer, older]) {
      const distribution = SenderKeyDistributionMessage.parse(fromHex(vector.distributionMessage));
      const name = new SenderKeyName(vector.distributionId, {
        name: vector.sender.name,
        deviceId: vector.sender.device,
      });

      it(`${vector.libsignal}: decrypts its messages, in order and last first`, async () => {
        for (const messages of [vector.messages, vector.messages.toReversed()]) {
          const store = new InMemorySenderKeyStore();
          await new GroupSessionBuilder(store).process(name, distribution);
          const cipher = new GroupCipher(store, name);
          for (const { message, plaintext } of messages) {
            expect(toHex(await cipher.decrypt(fromHex(message)))).toBe(plaintext);
          }
          const chain = (await store.loadSenderKey(name))?.states[0]?.chain;
          const after6 = SenderKeyDistributionMessage.parse(
            fromHex(vector.distributionMessageAfter6),
          );
          expect(chain).toEqual({ iteration: after6.iteration, chainKey: after6.chainKey });
        }
      });

      it(`${vector.libsignal}: writes its distributions byte for byte`, () => {
        for (const hex of [vector.distributionMessage, vector.distributionMessageAfter6]) {
          const parsed = SenderKeyDistributionMessage.parse(fromHex(hex));
          expect(toHex(parsed.serialize())).toBe(hex);
          expect(toHex(new SenderKeyDistributionMessage(parsed).serialize())).toBe(hex);
        }
      });
    }
  });
}
