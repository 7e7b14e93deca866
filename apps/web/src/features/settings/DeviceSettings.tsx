import { useState } from 'react';
import { useClient } from '../../shared/client/client-context.ts';
import { errorWords } from '../../shared/client/error-words.ts';
import { useAction } from '../../shared/client/use-action.ts';
import { ta } from '../../shared/i18n/app.ts';
import { t } from '../../shared/i18n/front.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { Block } from './Block.tsx';

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
        <Dialog
          title={ta('device.confirmTitle')}
          lead={ta('device.confirmLead')}
          onClose={() => setAsking(false)}
        >
          <div className="flex flex-col gap-2">
            {erase.error && <Notice tone="danger">{errorWords(erase.error)}</Notice>}
            <Button wide onClick={() => setAsking(false)}>
              {t('action.cancel')}
            </Button>
            <Button
              wide
              variant="danger"
              pending={erase.pending}
              onClick={() => erase.run(undefined)}
            >
              {ta('device.confirm')}
            </Button>
          </div>
        </Dialog>
      )}
    </Block>
  );
}
