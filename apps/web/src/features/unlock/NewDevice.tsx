import { MonitorSmartphone } from 'lucide-react';
import { useState } from 'react';
import type { ComponentType } from 'react';
import type { LinkState, SessionState } from '@sotto/client';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import type { Action } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { CentredPage } from '../../shared/ui/CentredPage.tsx';
import { RecoverForm } from './RecoverForm.tsx';
import { UnlockForm } from './UnlockForm.tsx';

interface AskingProps {
  link: LinkState | null;
  start: Action<undefined>;
  onBack(): void;
}

export interface NewDeviceProps {
  session: Extract<SessionState, { phase: 'newDevice' }>;
  /** The page that is shown while another device is asked. */
  Asking: ComponentType<AskingProps>;
}

/**
 * A browser that is not a device of the account yet becomes one: with the chat password, with the
 * recovery key, or because another device lets it in.
 */
export function NewDevice({ session, Asking }: NewDeviceProps) {
  const client = useClient();
  const [way, setWay] = useState<'chatPassword' | 'recoveryKey' | 'otherDevice'>('chatPassword');
  const start = useAction(() => client.startLink());
  const { link } = session;

  // Another tab of this browser may have asked.
  if (way === 'otherDevice' || link) {
    return <Asking link={link} start={start} onBack={() => setWay('chatPassword')} />;
  }
  if (way === 'recoveryKey') {
    return (
      <CentredPage title={ta('recover.title')} lead={ta('recover.lead')}>
        <RecoverForm onBack={() => setWay('chatPassword')} />
      </CentredPage>
    );
  }
  return (
    <CentredPage
      title={ta('newDevice.title', { name: session.profile.displayName })}
      lead={ta('newDevice.lead')}
    >
      <UnlockForm
        retryAtMs={session.retryAtMs}
        submitLabel={ta('newDevice.submit')}
        onForgotten={() => setWay('recoveryKey')}
      >
        <Button
          wide
          onClick={() => {
            setWay('otherDevice');
            start.run(undefined);
          }}
        >
          <MonitorSmartphone aria-hidden className="size-4" />
          {td('ask.action')}
        </Button>
      </UnlockForm>
    </CentredPage>
  );
}
