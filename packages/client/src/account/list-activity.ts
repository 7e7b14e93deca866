import type { DeviceId } from '@sotto/protocol';
import type { OpenedAccount } from '../engine/engine-core.ts';
import type { ActivityItem, DevicesState } from '../facade.ts';

/** A page of what the relay has recorded, with the names that this device knows of the devices in it. */
export async function listActivity(
  { context }: OpenedAccount,
  devices: DevicesState,
  before: number | undefined,
): Promise<{ items: ActivityItem[]; hasMore: boolean }> {
  const { events, hasMore } = await context.http.call('listActivity', { query: { before } });
  const names = new Map<DeviceId, string>();
  for (const { deviceId, name } of [...devices.removed, ...devices.devices]) {
    names.set(deviceId, name);
  }
  const items = events.map((event) => ({
    ...event,
    deviceName: (event.deviceId && names.get(event.deviceId)) ?? null,
  }));
  return { items, hasMore };
}
