/** Chat keys that CryptoJS derived; `npm run interop` has it derive them again. */
import { expect, it } from 'vitest';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import recorded from '../../test/vectors/crypto-js/chat-keys-crypto-js-4.2.0.json' with { type: 'json' };
import { toHex } from '../encoding/hex.ts';
import { deriveChatKey, type ChatKeyType } from './derive-chat-key.ts';

onEachBackEnd('A chat key', (backEnd) => {
  // On noble 600,000 iterations take seconds: the shorter one stands for both there.
  const few = recorded.filter(({ iterations }) => backEnd !== 'noble' || iterations <= 150_000);

  it('is the one that CryptoJS derived', { timeout: 60_000 }, async () => {
    expect(few.length).toBeGreaterThan(0);
    for (const { password, chatId, keyType, timestamp, iterations, key } of few) {
      const options = { iterations, purpose: 'read' } as const;
      const time = timestamp ?? undefined;
      const ours = await deriveChatKey(password, chatId, keyType as ChatKeyType, time, options);
      expect(toHex(ours)).toBe(key);
    }
  });
});
