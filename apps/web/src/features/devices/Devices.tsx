import type { ReactNode } from 'react';
import { Lock } from 'lucide-react';
import { td } from '../../shared/i18n/device.ts';
import { ta } from '../../shared/i18n/app.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Button } from '../../shared/ui/Button.tsx';
import { EmptyState } from '../../shared/ui/EmptyState.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';
import { DeviceAlarm } from './DeviceAlarm.tsx';
import { DeviceList } from './DeviceList.tsx';
import { DevicesSkeleton } from './DevicesSkeleton.tsx';
import { RemovedDevices } from './RemovedDevices.tsx';
import { useDevices } from './use-devices.ts';

export interface DevicesProps {
  /** How another device is added. */
  addDevice: ReactNode;
  onUnlock(): void;
}

/** The devices of the account: which there are, and what can be done with each. */
export function Devices({ addDevice, onUnlock }: DevicesProps) {
  const { status, devices, removed, keysDue, alarm, slow, offline } = useDevices();
  switch (status) {
    case 'locked':
      return (
        <EmptyState icon={Lock} title={td('list.locked')} hint={td('list.lockedHint')}>
          <Button onClick={onUnlock}>{ta('unlock.submit')}</Button>
        </EmptyState>
      );
    case 'loading':
      return (
        <Block title={td('list.title')} lead={td('list.lead')}>
          {offline && <Notice tone="warn">{td('list.offline')}</Notice>}
          {slow && <DevicesSkeleton />}
        </Block>
      );
    case 'ready':
      return (
        <>
          {alarm && <DeviceAlarm alarm={alarm} />}
          <Block title={td('list.title')} lead={td('list.lead')}>
            {offline && <Notice tone="warn">{td('list.offline')}</Notice>}
            {keysDue && <Notice tone="warn">{td('list.keysDue')}</Notice>}
            <DeviceList devices={devices} />
            <p className="text-dense text-muted">
              {devices.length > 1 ? td('list.serverWord') : td('list.only')}
            </p>
            {removed.length > 0 && <RemovedDevices removed={removed} />}
          </Block>
          {addDevice}
        </>
      );
  }
}
