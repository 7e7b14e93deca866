import type { DevicesState } from '@sotto/client';
import { ShieldAlert } from 'lucide-react';
import { Link } from 'react-router';
import { td } from '../../shared/i18n/device.ts';

export interface AlarmBarProps {
  alarm: NonNullable<DevicesState['alarm']>;
}

/** On every screen, until the relay tells what this device holds. */
export function AlarmBar({ alarm }: AlarmBarProps) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-danger bg-danger-bg px-4 py-2 text-danger"
    >
      <ShieldAlert aria-hidden className="size-5 shrink-0" />
      <span className="min-w-48 flex-1 font-medium">{td(`alarm.${alarm}Title`)}</span>
      <Link
        to="/settings/devices"
        className="target inline-flex items-center rounded-control px-3 font-medium underline"
      >
        {td('alarm.show')}
      </Link>
    </div>
  );
}
