import type { DevicesState } from '@sotto/client';
import { ShieldAlert } from 'lucide-react';
import { td } from '../../shared/i18n/device.ts';

export interface DeviceAlarmProps {
  alarm: NonNullable<DevicesState['alarm']>;
}

/** The relay tells another story of the own devices than this device holds. The bar above announces it. */
export function DeviceAlarm({ alarm }: DeviceAlarmProps) {
  return (
    <section className="flex flex-col gap-2 rounded-card border-2 border-danger bg-danger-bg p-4 text-danger">
      <h2 className="flex items-start gap-2 text-title">
        <ShieldAlert aria-hidden className="mt-0.5 size-5 shrink-0" />
        {td(`alarm.${alarm}Title`)}
      </h2>
      <p>{td(`alarm.${alarm}`)}</p>
      <p className="font-medium">{td('alarm.advice')}</p>
    </section>
  );
}
