import type { ContactState } from '@sotto/client';
import type { UserId } from '@sotto/protocol';
import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { tc } from '../../shared/i18n/contact.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { ConfirmDialog } from '../../shared/ui/ConfirmDialog.tsx';
import { QrCode } from '../../shared/ui/QrCode.tsx';
import { Digits } from './Digits.tsx';

export interface KeyChangeProps {
  userId: UserId;
  name: string;
  change: NonNullable<ContactState['change']>;
}

/** The key that is offered instead of the one in use: look at it, then decide. */
export function KeyChange({ userId, name, change }: KeyChangeProps) {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const accept = useAction(
    () => client.acceptKeyChange({ userId, digits: change.digits }),
    () => setAsking(false),
  );
  return (
    <section className="flex flex-col gap-4">
      <h2 className="text-message">{tc('newDigits')}</h2>
      <div className="flex flex-col items-center gap-6 md:flex-row md:items-start">
        <QrCode text={change.qr} label={tc('qr')} />
        <div className="flex min-w-0 flex-1 flex-col gap-4">
          <Digits digits={change.digits} label={tc('newDigits')} />
          <p className="text-dense text-muted">{tc('differ', { name })}</p>
        </div>
      </div>
      <Button variant="danger" className="self-start" onClick={() => setAsking(true)}>
        {tc('accept')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={tc('acceptTitle', { name })}
          lead={tc('acceptLead', { name })}
          confirm={tc('accept')}
          error={accept.error}
          pending={accept.pending}
          onConfirm={() => accept.run(undefined)}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
