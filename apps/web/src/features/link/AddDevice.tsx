import { ScanQrCode } from 'lucide-react';
import { useState } from 'react';
import { td } from '../../shared/i18n/device.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { RequestDialog } from './RequestDialog.tsx';

/** What to do on the other device, and the camera for what it shows. */
export function AddDevice() {
  const [scanning, setScanning] = useState(false);
  return (
    <Block title={td('add.title')} lead={td('add.lead')}>
      <ol className="flex list-decimal flex-col gap-1 ps-5 text-muted">
        <li>{td('add.open')}</li>
        <li>{td('add.signIn')}</li>
        <li>{td('add.password', { action: td('ask.action') })}</li>
        <li>{td('add.here')}</li>
      </ol>
      <Button className="self-start" onClick={() => setScanning(true)}>
        <ScanQrCode aria-hidden className="size-4" />
        {td('add.scan')}
      </Button>
      {scanning && <RequestDialog linkId={null} onClose={() => setScanning(false)} />}
    </Block>
  );
}
