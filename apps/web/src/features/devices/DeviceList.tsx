import type { DeviceSummary } from '@sotto/client';
import type { DeviceId } from '@sotto/protocol';
import { useState } from 'react';
import { td } from '../../shared/i18n/device.ts';
import type { DeviceSheet } from './device-dialog.ts';
import { DeviceRow } from './DeviceRow.tsx';
import { QuantumSheet } from './QuantumSheet.tsx';
import { RemoveDevice } from './RemoveDevice.tsx';
import { RenameDevice } from './RenameDevice.tsx';

const dialogs = { rename: RenameDevice, remove: RemoveDevice, quantum: QuantumSheet } as const;

export function DeviceList({ devices }: { devices: readonly DeviceSummary[] }) {
  const [open, setOpen] = useState<{ sheet: DeviceSheet; deviceId: DeviceId } | null>(null);
  // A device that is gone meanwhile takes its dialog along.
  const device = open && devices.find(({ deviceId }) => deviceId === open.deviceId);
  const Dialog = open && dialogs[open.sheet];
  return (
    <>
      <ul aria-label={td('list.title')} className="flex flex-col gap-2">
        {devices.map((one) => (
          <DeviceRow
            key={one.deviceId}
            device={one}
            onOpen={(sheet) => setOpen({ sheet, deviceId: one.deviceId })}
          />
        ))}
      </ul>
      {device && Dialog && <Dialog device={device} onClose={() => setOpen(null)} />}
    </>
  );
}
