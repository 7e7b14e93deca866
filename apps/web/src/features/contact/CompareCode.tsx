import type { ContactState } from '@sotto/client';
import type { UserId } from '@sotto/protocol';
import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { tc } from '../../shared/i18n/contact.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { QrCode } from '../../shared/ui/QrCode.tsx';
import { Digits } from './Digits.tsx';

export interface CompareCodeProps {
  userId: UserId;
  name: string;
  contact: ContactState;
}

/** The code in use, to show and to read aloud, and the mark. */
export function CompareCode({ userId, name, contact }: CompareCodeProps) {
  const client = useClient();
  const { digits, qr, trust } = contact;
  const mark = useAction((seen: string) => client.markChecked({ userId, digits: seen }));
  const unmark = useAction(() => client.unmarkChecked({ userId }));
  const error = mark.error ?? unmark.error;
  if (digits === null || qr === null) return null;
  return (
    <div className="flex flex-col items-center gap-6 md:flex-row md:items-start">
      <div className="flex w-60 shrink-0 flex-col gap-2">
        <QrCode text={qr} label={tc('qr')} />
        <p className="text-dense text-muted">{tc('qrHint', { name })}</p>
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-4">
        <Digits digits={digits} label={tc('digits')} />
        <p className="text-dense text-muted">{tc('compareHint')}</p>
        <p className="text-dense text-muted">{tc('differ', { name })}</p>
        {error && <Notice tone="danger">{errorWords(error)}</Notice>}
        {trust === 'unchecked' && (
          <Button
            variant="primary"
            className="self-start"
            pending={mark.pending}
            onClick={() => mark.run(digits)}
          >
            {tc('match')}
          </Button>
        )}
        {trust === 'checked' && (
          <Button
            className="self-start"
            pending={unmark.pending}
            onClick={() => unmark.run(undefined)}
          >
            {tc('remove')}
          </Button>
        )}
      </div>
    </div>
  );
}
