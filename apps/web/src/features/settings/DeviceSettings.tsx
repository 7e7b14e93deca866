import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Block } from '../../shared/ui/Block.tsx';
import { ConfirmDialog } from '../../shared/ui/ConfirmDialog.tsx';

export function DeviceSettings() {
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const erase = useAction(() => client.eraseDevice());
  return (
    <Block title={ta('device.erase')} lead={ta('device.lead')}>
      <p className="text-muted">{ta('device.keeps')}</p>
      <Button variant="danger" className="self-start" onClick={() => setAsking(true)}>
        {ta('device.erase')}
      </Button>
      {asking && (
        <ConfirmDialog
          title={ta('device.confirmTitle')}
          lead={ta('device.confirmLead')}
          confirm={ta('device.confirm')}
          error={erase.error}
          pending={erase.pending}
          onConfirm={() => erase.run(undefined)}
          onClose={() => setAsking(false)}
        />
      )}
    </Block>
  );
}
