import type { AppendBackEnd } from './append-back-end.ts';
import { appendOutcomes } from './append-back-end.ts';
import type { PostgrestClient } from './postgrest-client.ts';

/** The append path of a relay that has no `DATABASE_URL`: the same batches, as one RPC each. */
export function postgrestAppend(client: PostgrestClient): AppendBackEnd {
  return {
    async append(batch) {
      const rows = await client.call('append_messages', {
        p_chats: batch.map((row) => row.chatId),
        p_senders: batch.map((row) => row.senderId),
        p_devices: batch.map((row) => row.deviceId),
        p_client_ids: batch.map((row) => row.clientId),
        p_ciphertexts: batch.map((row) => row.ciphertext.toString('base64')),
      });
      return appendOutcomes(rows, batch.length);
    },
    close: () => Promise.resolve(),
  };
}
