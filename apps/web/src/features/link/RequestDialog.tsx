import type { LinkId } from '@sotto/protocol';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { DeclinedRequest } from './DeclinedRequest.tsx';
import { RequestStep } from './RequestStep.tsx';
import { ScanCode } from './ScanCode.tsx';
import { useRequest } from './use-request.ts';

export interface RequestDialogProps {
  /** Null: whichever the camera reads. */
  linkId: LinkId | null;
  onClose(): void;
}

/** From a request to be let in to its end, on the device that is held already. */
export function RequestDialog({ linkId, onClose }: RequestDialogProps) {
  const { shown, ...actions } = useRequest(linkId);
  switch (shown.view) {
    case 'scan':
      return (
        <Dialog title={td('add.scanTitle')} lead={td('request.scanHint')} onClose={onClose}>
          <ScanCode scan={actions.scan} onBack={actions.stopScan} />
        </Dialog>
      );
    case 'step':
      return (
        <Dialog
          title={td('request.title')}
          lead={td('request.about', { name: shown.request.deviceName })}
          onClose={onClose}
        >
          <RequestStep request={shown.request} actions={actions} />
        </Dialog>
      );
    case 'delivered':
      return (
        <Dialog title={td('request.deliveredTitle')} onClose={onClose}>
          <div className="flex flex-col gap-4">
            <Notice tone="ok">{td('request.delivered')}</Notice>
            <Button variant="primary" wide onClick={onClose}>
              {td('request.done')}
            </Button>
          </div>
        </Dialog>
      );
    case 'declined':
      return (
        <Dialog title={td('request.declinedTitle')} onClose={onClose}>
          <DeclinedRequest mismatch={shown.mismatch} onClose={onClose} />
        </Dialog>
      );
    case 'ended':
      return (
        <Dialog title={td('request.endedTitle')} lead={td('request.ended')} onClose={onClose}>
          <Button wide onClick={onClose}>
            {td('request.done')}
          </Button>
        </Dialog>
      );
  }
}
