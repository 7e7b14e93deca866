import type { ChatId } from '@sotto/protocol';
import { useEffect, useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';

export function useSafetyCode(chatId: ChatId) {
  const client = useClient();
  const [digits, setDigits] = useState<string | null>(null);
  const { run, error } = useAction(
    (id: ChatId) => client.safetyCode({ chatId: id }),
    (code) => setDigits(code.digits),
  );

  useEffect(() => run(chatId), [run, chatId]);

  return { digits, error, retry: () => run(chatId) };
}
