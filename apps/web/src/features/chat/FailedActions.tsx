import type { ClientErrorCode } from '@sotto/client';
import type { ChatId, ClientId } from '@sotto/protocol';
import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';

export interface FailedActionsProps {
  chatId: ChatId;
  id: ClientId;
  failure: ClientErrorCode | null;
}

const link = 'target rounded-control px-2 font-medium text-link underline-offset-2 hover:underline';

/** Why a message was not sent, and the two things that can be done about it. */
export function FailedActions({ chatId, id, failure }: FailedActionsProps) {
  const client = useClient();
  const retry = useAction(() => client.retryMessage({ chatId, id }));
  const discard = useAction(() => client.discardMessage({ chatId, id }));
  const code = retry.error?.code ?? discard.error?.code ?? failure;
  return (
    <div className="flex max-w-[min(85%,34rem)] flex-wrap items-center justify-end gap-x-1 text-dense">
      <span className="text-danger">
        {ta('message.failed')}
        {code && `. ${errorWords({ code, retryAtMs: null })}`}
      </span>
      <button type="button" className={link} onClick={() => retry.run(undefined)}>
        {ta('message.retry')}
      </button>
      <button type="button" className={link} onClick={() => discard.run(undefined)}>
        {ta('message.delete')}
      </button>
    </div>
  );
}
