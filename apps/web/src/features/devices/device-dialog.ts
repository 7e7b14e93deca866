import type { DeviceSummary } from '@sotto/client';

/** What can be opened about a device. */
export type DeviceSheet = 'rename' | 'remove' | 'quantum';

export interface DeviceDialogProps {
  device: DeviceSummary;
  onClose(): void;
}
