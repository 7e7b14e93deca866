import { td } from '../../shared/i18n/device.ts';
import { Dialog } from '../../shared/ui/Dialog.tsx';
import type { DeviceDialogProps } from './device-dialog.ts';
import { shownName } from './devices-model.ts';

function Part({ title, children }: { title: string; children: string }) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="text-message">{title}</h3>
      <p className="text-muted">{children}</p>
    </section>
  );
}

/** What the sign at a device means, and what the server still sees. */
export function QuantumSheet({ device, onClose }: DeviceDialogProps) {
  const { name, postQuantum } = device;
  return (
    <Dialog title={td('quantum.title', { name: shownName(name) })} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <Part title={td('quantum.meansTitle')}>
          {td(postQuantum ? 'quantum.meansYes' : 'quantum.meansNo')}
        </Part>
        {!postQuantum && <Part title={td('quantum.doTitle')}>{td('quantum.doNo')}</Part>}
        <Part title={td('quantum.serverTitle')}>{td('quantum.server')}</Part>
      </div>
    </Dialog>
  );
}
