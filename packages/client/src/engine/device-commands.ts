import { noDevices } from '../devices/devices-view.ts';
import type { DevicesClient } from '../facade.ts';
import type { CommandKit } from './command-kit.ts';
import { createLinkCommands } from './link-commands.ts';

/** Devices and being let in: their part of the facade. */
export function createDeviceCommands(kit: CommandKit): DevicesClient {
  const { core } = kit;

  core.session.subscribe(() => {
    const { phase } = core.session.getSnapshot();
    if (phase === 'ready') return;
    const status = phase === 'locked' ? 'locked' : 'loading';
    if (core.devices.getSnapshot().status !== status) core.devices.set({ ...noDevices, status });
  });

  return {
    ...createLinkCommands(kit),
    devices: core.devices,
    renameDevice: ({ deviceId, name }) =>
      kit.guarded(() => kit.opened().runtime.devices.rename(deviceId, name)),
    removeDevice: ({ deviceId }) =>
      kit.guarded(() => kit.opened().runtime.devices.remove(deviceId)),
    acknowledgeDevices: ({ deviceIds }) =>
      kit.guarded(() => kit.opened().runtime.devices.acknowledge(deviceIds)),
  };
}
