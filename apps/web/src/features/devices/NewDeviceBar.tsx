import type { DeviceSummary } from '@sotto/client';
import { MonitorSmartphone } from 'lucide-react';
import { Link } from 'react-router';
import { td } from '../../shared/i18n/device.ts';
import { Button } from '../../shared/ui/Button.tsx';
import { shownName } from './devices-model.ts';
import { useAcknowledgeDevices } from './use-acknowledge-devices.ts';

export interface NewDeviceBarProps {
  /** One at least. */
  devices: readonly [DeviceSummary, ...DeviceSummary[]];
}

/** On every screen until somebody says here that they know of the devices that came to the account. */
export function NewDeviceBar({ devices }: NewDeviceBarProps) {
  const [first, ...more] = devices;
  const { acknowledge, pending } = useAcknowledgeDevices(devices.map(({ deviceId }) => deviceId));
  return (
    <div
      role="alert"
      aria-label={td('news.region')}
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline bg-warn-bg px-4 py-2 text-warn"
    >
      <MonitorSmartphone aria-hidden className="size-5 shrink-0" />
      <p className="min-w-48 flex-1">
        {td('news.added')} <bdi className="font-strong">{shownName(first.name)}</bdi>
        {more.length > 0 ? ` ${td('news.more', { count: more.length })}` : '.'} {td('news.whose')}
      </p>
      <Link
        to="/settings/devices"
        className="target inline-flex items-center rounded-control px-3 font-medium underline"
      >
        {td('alarm.show')}
      </Link>
      <Button onClick={acknowledge} pending={pending}>
        {td('news.known')}
      </Button>
    </div>
  );
}
